import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect } from 'chai'
import sinon from 'sinon'
import { RequestQueue } from './request-queue.ts'

describe('RequestQueue', () => {
  let queue: RequestQueue
  let done: string[]
  let nowMs: number

  beforeEach(() => {
    queue = new RequestQueue()
    done = []
    nowMs = 1000
    // Time passes only while a request is started, as if the machine were infinitely fast besides.
    sinon.stub(performance, 'now').callsFake(() => nowMs)
  })
  afterEach(() => {
    sinon.restore()
  })

  function add(key: string, name: string, takesMs = 5): void {
    const run = (): void => {
      done.push(name)
      nowMs += takesMs
    }
    queue.add({ key, run, shed: () => done.push(`shed ${name}`) })
  }
  const addMany = (key: string, count: number): void => {
    for (let each = 1; each <= count; each++) add(key, `${key}${each}`)
  }

  it('starts no more in one turn of the event loop than its budget allows', async () => {
    addMany('a', 5)
    await nextTurn()
    expect(done).to.deep.equal(['a1', 'a2'])
    await nextTurn()
    expect(done).to.deep.equal(['a1', 'a2', 'a3', 'a4'])
  })

  it('starts at least one in each turn while connections arrive, and fewer than else', async () => {
    addMany('a', 5)
    queue.connectionAccepted()
    await nextTurn()
    expect(done).to.deep.equal(['a1'])
    await nextTurn()
    expect(done).to.have.length(3)
  })

  it('has time again in the next turn once nothing waits', async () => {
    queue.start(() => {
      nowMs += 20
    })
    expect(queue.hasTime).to.equal(false)
    await nextTurn()
    expect(queue.hasTime).to.equal(true)
  })

  it('lets clients take turns, however many requests one of them has', async () => {
    addMany('a', 100)
    add('b', 'b1')
    add('c', 'c1')
    await nextTurn()
    await nextTurn()
    expect(done).to.deep.equal(['a1', 'b1', 'c1', 'a2'])
  })

  it('sheds at once the further requests of a client whose oldest has waited too long, and no others', () => {
    addMany('a', 3)
    nowMs += 201
    add('a', 'a4')
    add('b', 'b1')
    expect(done).to.deep.equal(['shed a4'])
    expect(queue.shed).to.equal(1)
  })

  it('sheds after a burst what has waited too long, and starts what has not', async () => {
    addMany('a', 3)
    nowMs += 401
    add('b', 'b1')
    await nextTurn()
    expect(done).to.deep.equal(['shed a1', 'b1', 'shed a2', 'shed a3'])
  })
})
