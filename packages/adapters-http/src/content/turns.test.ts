import { expect } from 'chai'
import { Turns } from './turns.ts'

describe('Turns', () => {
  const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

  it('lets so many in at once, and as many more with each turn, in the order of asking', async () => {
    const turns = new Turns(2)
    const done: number[] = []
    const work = async (index: number): Promise<void> => {
      await turns.next(1)
      done.push(index)
    }
    const all = Promise.all([0, 1, 2, 3, 4].map(work))
    await Promise.resolve()
    expect(done).to.deep.equal([0, 1])
    const seen: number[] = []
    while (done.length < 5) {
      await nextTurn()
      seen.push(done.length)
    }
    await all
    expect(done).to.deep.equal([0, 1, 2, 3, 4])
    for (const [index, count] of seen.entries()) expect(count - (seen[index - 1] ?? 2)).to.be.at.most(2)
  })

  it('keeps nobody waiting where there is room', async () => {
    const turns = new Turns(1)
    expect(turns.next(1)).to.equal(undefined)
    expect(turns.next(1)).to.be.instanceOf(Promise)
    await nextTurn()
    await nextTurn()
    expect(turns.next(1)).to.equal(undefined)
  })

  it('lets in what weighs no more than a turn takes, and alone what weighs more', async () => {
    const turns = new Turns(8)
    const done: number[] = []
    const all = [5, 3, 2, 20, 4, 4].map(async (weight) => {
      await turns.next(weight)
      done.push(weight)
    })
    await Promise.resolve()
    const seen = [[...done]]
    while (done.length < 6) {
      const before = done.length
      await nextTurn()
      if (done.length > before) seen.push(done.slice(before))
    }
    await Promise.all(all)
    expect(seen).to.deep.equal([[5, 3], [2], [20], [4, 4]])
  })

  it('lets nobody overtake those who wait', async () => {
    const turns = new Turns(1)
    const order: string[] = []
    const ask = async (name: string): Promise<void> => {
      await turns.next(1)
      order.push(name)
    }
    await Promise.all([ask('a'), ask('b'), nextTurn().then(() => ask('c')), ask('d')])
    expect(order.indexOf('b')).to.be.below(order.indexOf('d'))
    expect(order.indexOf('d')).to.be.below(order.indexOf('c'))
  })
})
