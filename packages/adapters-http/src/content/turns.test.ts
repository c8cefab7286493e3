import { expect } from 'chai'
import { Turns } from './turns.ts'

describe('Turns', () => {
  const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

  it('lets so many in at once, and as many more with each turn, in the order of asking', async () => {
    const turns = new Turns(2)
    const done: number[] = []
    const work = async (index: number): Promise<void> => {
      await turns.next()
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
    expect(turns.next()).to.equal(undefined)
    expect(turns.next()).to.be.instanceOf(Promise)
    await nextTurn()
    await nextTurn()
    expect(turns.next()).to.equal(undefined)
  })

  it('lets nobody overtake those who wait', async () => {
    const turns = new Turns(1)
    const order: string[] = []
    const ask = async (name: string): Promise<void> => {
      await turns.next()
      order.push(name)
    }
    await Promise.all([ask('a'), ask('b'), nextTurn().then(() => ask('c')), ask('d')])
    expect(order.indexOf('b')).to.be.below(order.indexOf('d'))
    expect(order.indexOf('d')).to.be.below(order.indexOf('c'))
  })
})
