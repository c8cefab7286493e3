export interface HaltingPoint {
  /** Counted from 1. */
  readonly call: number
  /** Before it is made, or when it is done and only its caller does not know it yet. */
  readonly when: 'before' | 'after'
}

/** Lets calls through up to a point, and from there on neither begins nor ends one: what a process has come to when it is killed. */
export class HaltingCalls {
  readonly #point: HaltingPoint | undefined
  #made = 0
  #halt: () => void = () => undefined
  /** Resolves when the point has been reached. */
  readonly halted = new Promise<'halted'>((resolve) => {
    this.#halt = () => {
      resolve('halted')
    }
  })

  constructor(point?: HaltingPoint) {
    this.#point = point
  }

  get made(): number {
    return this.#made
  }

  async make<T>(call: () => T): Promise<Awaited<T>> {
    const number = ++this.#made
    const { call: last = Infinity, when = 'before' } = this.#point ?? {}
    if (number > last || (number === last && when === 'before')) return this.#never()
    const result = await call()
    return this.#made >= last ? this.#never() : result
  }

  /** The target with each of its methods made through here, and those of the files that it opens. */
  through<T extends object>(target: T): T {
    return new Proxy(target, {
      get: (object, name) => {
        const member: unknown = Reflect.get(object, name)
        if (typeof member !== 'function') return member
        return async (...values: unknown[]) => {
          const result = await this.make((): unknown =>
            Reflect.apply(member as () => unknown, object, values),
          )
          return name === 'open' ? this.through(result as object) : result
        }
      },
    })
  }

  #never(): Promise<never> {
    this.#halt()
    return new Promise(() => undefined)
  }
}

/** Before and after each of the calls that were made. */
export function pointsOf(calls: HaltingCalls): HaltingPoint[] {
  const numbers = Array.from({ length: calls.made }, (_, index) => index + 1)
  return numbers.flatMap((call) => [
    { call, when: 'before' },
    { call, when: 'after' },
  ])
}
