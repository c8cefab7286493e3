import { setTimeout as delay } from 'node:timers/promises'
import { retriesContract } from '@audiohost/core/testing'
import { expect } from 'chai'
import { BackgroundRetries, type BackgroundRetriesOptions } from './background-retries.ts'

const quick = { firstPauseMs: 1, longestPauseMs: 4, patienceMs: 30 }

/** Counts what has not been settled yet. */
class Counted extends BackgroundRetries {
  #waiting = 0

  override later(work: () => Promise<unknown>, giveUp: (cause: unknown) => void): void {
    this.#waiting++
    const settled = <T>(value: T): T => {
      this.#waiting--
      return value
    }
    super.later(
      async () => settled(await work()),
      (cause) => {
        giveUp(settled(cause))
      },
    )
  }

  async settle(): Promise<void> {
    while (this.#waiting > 0) await delay(1)
  }
}

describe('BackgroundRetries', () => {
  const open = (options: BackgroundRetriesOptions = {}): Counted => new Counted({ ...quick, ...options })

  retriesContract({
    make: () => {
      const retries = open()
      return { retries, settle: () => retries.settle() }
    },
  })

  it('pauses twice as long after each failure, up to the longest pause, and anew after a success', async () => {
    const retries = open({ firstPauseMs: 10, longestPauseMs: 40, patienceMs: 10_000 })
    const times = [performance.now()]
    retries.later(
      async () => {
        if (times.push(performance.now()) < 6) throw new Error('not yet')
      },
      () => undefined,
    )
    await retries.settle()
    const pauses = times.slice(1).map((time, index) => time - (times[index] ?? 0))
    for (const [index, least] of [10, 20, 40, 40, 40].entries()) expect(pauses[index]).to.be.least(least - 1)
    retries.later(
      async () => times.push(performance.now()),
      () => undefined,
    )
    const again = performance.now()
    await retries.settle()
    expect((times.at(-1) ?? 0) - again).to.be.below(40)
  })

  it('gives up at once what comes while too much waits', async () => {
    const retries = open({ capacity: 2, patienceMs: 10_000 })
    const causes: string[] = []
    for (let number = 1; number <= 3; number++) {
      retries.later(
        () => Promise.reject(new Error('never')),
        (cause) => causes.push(`${number}: ${(cause as Error).message}`),
      )
    }
    expect(causes).to.deep.equal(['3: Too much waits to be tried again'])
    await retries.stop()
  })

  it('stops after the attempt that is under way, and gives the rest up', async () => {
    const retries = open({ patienceMs: 10_000, firstPauseMs: 1 })
    const told: string[] = []
    let finish: () => void = () => undefined
    const begun = new Promise<void>((resolve) => {
      retries.later(
        async () => {
          resolve()
          await new Promise<void>((finished) => (finish = finished))
          told.push('finished')
        },
        () => told.push('first given up'),
      )
    })
    retries.later(
      async () => told.push('begun too late'),
      () => told.push('given up'),
    )
    await begun
    const stopped = retries.stop()
    await delay(10)
    expect(told).to.deep.equal([])
    finish()
    await stopped
    retries.later(
      async () => told.push('begun too late'),
      () => told.push('given up'),
    )
    expect(told).to.deep.equal(['finished', 'given up', 'given up'])
  })

  it('stops in the middle of a pause', async () => {
    const retries = open({ firstPauseMs: 60_000 })
    let causes = 0
    retries.later(
      () => expect.fail('It was begun'),
      () => causes++,
    )
    await retries.stop()
    expect(causes).to.equal(1)
  })
})
