import type { IncomingMessage } from 'node:http'
import { HttpProblem } from '../problem.ts'

/** A client that sends less than this within the time is as good as silent: a byte now and then holds nothing. */
const leastBytes = 1024

/** Gives a client up that does not send; while we ourselves do not read, it is not to blame. */
export class SilenceTimer {
  readonly #request: IncomingMessage
  readonly #timer: NodeJS.Timeout
  #bytes = 0

  constructor(
    request: IncomingMessage,
    { idleMs, giveUp }: { readonly idleMs: number; readonly giveUp: (error: HttpProblem) => void },
  ) {
    this.#request = request
    this.#timer = setTimeout(() => {
      if (request.isPaused()) this.#restart()
      else giveUp(silentClient())
    }, idleMs)
  }

  /** So many bytes have come. */
  count(bytes: number): void {
    this.#bytes += bytes
    if (this.#bytes >= leastBytes) this.#restart()
  }

  /** Reads on. After a pause the client has all its time again; whoever reads asks for more at every byte, which gives it none. */
  resume(): void {
    if (this.#request.isPaused()) this.#restart()
    this.#request.resume()
  }

  stop(): void {
    clearTimeout(this.#timer)
  }

  #restart(): void {
    this.#bytes = 0
    this.#timer.refresh()
  }
}

const silentClient = (): HttpProblem =>
  new HttpProblem({
    status: 408,
    code: 'request_timeout',
    detail: 'The upload was given up: nothing or too little arrived for too long',
  })
