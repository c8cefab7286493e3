/** Requests of clients that wait for their turn. */
export interface WaitingRequest {
  /** What is fair to whom: requests with the same key take turns with those of other keys. */
  readonly key: string
  run(): void
  /** Rejects the request at once. */
  shed(): void
}

interface Waiting {
  readonly request: WaitingRequest
  readonly since: number
}

/** Milliseconds that may be spent on starting requests in one turn of the event loop. */
const turnBudgetMs = 10
/** The same while connections arrive: a turn accepts one, and those behind it wait for the next turn. */
const acceptingBudgetMs = 0.3
/** A client whose oldest request has waited longer gets no further ones into the queue. */
const maxDelayMs = 200
/** What has waited this long is shed even if it is already in the queue, as after a burst. */
const maxWaitMs = 2 * maxDelayMs

/**
 * Starts requests, as many in one turn of the event loop as fit into `turnBudgetMs`. Turns stay short, so
 * that new connections, of which Node accepts few in a turn, and health checks do not wait. The others wait
 * in a queue for each key, and the queues take turns. Overload shows as waiting time; then the requests of
 * the key that causes it are shed.
 */
export class RequestQueue {
  readonly #queues = new Map<string, Waiting[]>()
  #spentMs = 0
  #isScheduled = false
  #budgetMs = turnBudgetMs
  /** Requests that were shed. */
  shed = 0

  /** Whether a request can start now. `start` it then, or `add` it. */
  get hasTime(): boolean {
    return this.#queues.size === 0 && this.#spentMs < this.#budgetMs
  }

  /** To be called when a connection has been accepted. */
  readonly connectionAccepted = (): void => {
    this.#budgetMs = acceptingBudgetMs
    this.#schedule()
  }

  start(run: () => void): void {
    const began = performance.now()
    run()
    this.#spentMs += performance.now() - began
    this.#schedule()
  }

  add(request: WaitingRequest): void {
    const since = performance.now()
    const queue = this.#queues.get(request.key)
    if (queue?.[0] && since - queue[0].since > maxDelayMs) {
      this.#shed(request)
      return
    }
    const waiting = { request, since }
    if (queue) queue.push(waiting)
    else this.#queues.set(request.key, [waiting])
    this.#schedule()
  }

  #schedule(): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    setImmediate(this.#nextTurn)
  }

  readonly #nextTurn = (): void => {
    this.#isScheduled = false
    const began = performance.now()
    let now = began
    while (now - began < this.#budgetMs) {
      const next = this.#next()
      if (!next) break
      if (now - next.since > maxWaitMs) this.#shed(next.request)
      else next.request.run()
      now = performance.now()
    }
    this.#budgetMs = turnBudgetMs
    const isEmpty = this.#queues.size === 0
    this.#spentMs = isEmpty ? 0 : now - began
    if (!isEmpty) this.#schedule()
  }

  #next(): Waiting | undefined {
    for (const [key, queue] of this.#queues) {
      const next = queue.shift()
      // To the end of the map: the other keys come first.
      this.#queues.delete(key)
      if (queue.length > 0) this.#queues.set(key, queue)
      return next
    }
    return undefined
  }

  #shed(request: WaitingRequest): void {
    this.shed++
    request.shed()
  }
}
