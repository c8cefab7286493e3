import { expect } from 'chai'
import { WeightedSemaphore } from './weighted-semaphore.ts'

describe('WeightedSemaphore', () => {
  /** Asks for each weight in turn; what is let in is listed by its place. */
  function asked(semaphore: WeightedSemaphore, ...weights: readonly number[]): readonly number[] {
    const letIn: number[] = []
    weights.forEach(
      (weight, place) => void Promise.resolve(semaphore.acquire(weight)).then(() => letIn.push(place)),
    )
    return letIn
  }
  const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

  it('keeps nobody waiting where there is room', () => {
    const semaphore = new WeightedSemaphore(8)
    expect(semaphore.acquire(5)).to.equal(undefined)
    expect(semaphore.acquire(3)).to.equal(undefined)
    expect(semaphore.acquire(1)).to.be.instanceOf(Promise)
  })

  it('lets in as much as has been released, in the order of asking', async () => {
    const semaphore = new WeightedSemaphore(8)
    const letIn = asked(semaphore, 4, 4, 2, 2, 4)
    await settled()
    expect(letIn).to.deep.equal([0, 1])
    semaphore.release(4)
    await settled()
    expect(letIn).to.deep.equal([0, 1, 2, 3])
    semaphore.release(2)
    await settled()
    expect(letIn).to.deep.equal([0, 1, 2, 3])
    semaphore.release(2)
    await settled()
    expect(letIn).to.deep.equal([0, 1, 2, 3, 4])
  })

  it('lets nobody overtake those who wait, also where there would be room', async () => {
    const semaphore = new WeightedSemaphore(8)
    const letIn = asked(semaphore, 6, 4, 2)
    await settled()
    expect(letIn).to.deep.equal([0])
  })

  it('lets in alone what weighs more than all', async () => {
    const semaphore = new WeightedSemaphore(8)
    const letIn = asked(semaphore, 1, 20, 1)
    await settled()
    expect(letIn).to.deep.equal([0])
    semaphore.release(1)
    await settled()
    expect(letIn).to.deep.equal([0, 1])
    semaphore.release(20)
    await settled()
    expect(letIn).to.deep.equal([0, 1, 2])
  })
})
