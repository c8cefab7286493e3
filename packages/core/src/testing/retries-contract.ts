import { expect } from 'chai'
import type { Retries } from '../retries.ts'

export interface RetriesContract {
  readonly make: () => {
    readonly retries: Retries
    /** Resolves when nothing waits any more. */
    readonly settle: () => Promise<void>
  }
}

/** The law of `Retries`. */
export function retriesContract({ make }: RetriesContract): void {
  const unexpected = (): void => expect.fail('The work was given up')

  it('begins nothing before the caller has gone on', async () => {
    const { retries, settle } = make()
    let isDone = false
    retries.later(async () => (isDone = true), unexpected)
    expect(isDone).to.equal(false)
    await settle()
    expect(isDone).to.equal(true)
  })

  it('tries again what fails, until it succeeds', async () => {
    const { retries, settle } = make()
    let attempts = 0
    const work = async (): Promise<void> => {
      if (++attempts < 3) throw new Error('not yet')
    }
    retries.later(work, unexpected)
    await settle()
    expect(attempts).to.equal(3)
  })

  it('gives up what never succeeds, and says why', async () => {
    const { retries, settle } = make()
    const cause = new Error('never')
    const causes: unknown[] = []
    retries.later(
      () => Promise.reject(cause),
      (why) => causes.push(why),
    )
    await settle()
    expect(causes).to.deep.equal([cause])
  })

  it('does all, in their order, though the first has to be tried again', async () => {
    const { retries, settle } = make()
    const done: number[] = []
    let attempts = 0
    const first = async (): Promise<void> => {
      if (++attempts < 3) throw new Error('not yet')
      done.push(1)
    }
    retries.later(first, unexpected)
    retries.later(async () => done.push(2), unexpected)
    await settle()
    expect(done).to.deep.equal([1, 2])
  })
}
