import { expect } from 'chai'
import { refusalOf } from '@audiohost/core/testing'
import { bounded } from './bounded.ts'

describe('bounded', () => {
  it('begins no more than it may, and takes the next when one has ended, however it ended', async () => {
    const atMostTwo = bounded(2)
    const ends: ((error?: Error) => void)[] = []
    const work = () =>
      new Promise<string>((resolve, reject) => {
        ends.push((error) => {
          if (error) reject(error)
          else resolve('done')
        })
      })
    const [first, second] = [atMostTwo(work), atMostTwo(work)]
    expect(await refusalOf(atMostTwo(work))).to.include({ code: 'too_busy', retryAfterSeconds: 1 })
    expect(ends).to.have.lengthOf(2)

    const fault = new Error('fault')
    ends[0]?.(fault)
    expect(await first.catch((error: unknown) => error)).to.equal(fault)
    const third = atMostTwo(work)
    expect(await refusalOf(atMostTwo(work))).to.include({ code: 'too_busy' })
    for (const end of ends.slice(1)) end()
    expect(await Promise.all([second, third])).to.deep.equal(['done', 'done'])
  })
})
