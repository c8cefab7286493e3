import { TooBusy } from '@audiohost/core'

const retryAfterSeconds = 1

export type Bounded = <T>(work: () => Promise<T>) => Promise<T>

/** Lets at most `atOnce` pieces of work be under way. @throws TooBusy for one more, before it has begun */
export function bounded(atOnce: number): Bounded {
  let underWay = 0
  return async (work) => {
    if (underWay >= atOnce) throw new TooBusy(retryAfterSeconds)
    underWay++
    try {
      return await work()
    } finally {
      underWay--
    }
  }
}
