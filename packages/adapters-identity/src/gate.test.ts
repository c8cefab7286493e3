import { expect } from 'chai'
import { TooBusy } from '@audiohost/core'
import { Gate } from './gate.ts'

describe('Gate', () => {
  it('runs as many tasks at once as it is wide, in the order in which they came', async () => {
    const { gate, task, started, finish } = aGate({ width: 2 })
    const all = ['a', 'b', 'c', 'd'].map((name) => gate.run(task(name)))
    expect(started).to.deep.equal(['a', 'b'])

    finish('b')
    await all[1]
    expect(started).to.deep.equal(['a', 'b', 'c'])
    for (const name of ['a', 'c', 'd']) {
      finish(name)
      await settled()
    }
    expect(await Promise.all(all)).to.deep.equal(['a', 'b', 'c', 'd'])
  })

  it('refuses at once what finds the queue full, and takes it again when there is room', async () => {
    const { gate, task, started, finish } = aGate({ width: 1, queueLimit: 1 })
    const first = gate.run(task('a'))
    const second = gate.run(task('b'))
    const refusal = await gate.run(task('c')).catch((error: unknown) => error)
    expect(refusal).to.be.instanceOf(TooBusy).with.property('retryAfterSeconds', 1)

    finish('a')
    await first
    const third = gate.run(task('d'))
    finish('b')
    await second
    finish('d')
    expect(await third).to.equal('d')
    expect(started).to.deep.equal(['a', 'b', 'd'])
  })

  it('refuses who has waited too long when the turn comes, and serves the next one', async () => {
    const { gate, task, started, finish, pass } = aGate({ width: 1, maxWaitMs: 100 })
    const first = gate.run(task('a'))
    const stale = gate.run(task('stale')).catch((error: unknown) => error)
    pass(101)
    const fresh = gate.run(task('fresh'))
    finish('a')
    await first
    expect(await stale).to.be.instanceOf(TooBusy)
    finish('fresh')
    expect(await fresh).to.equal('fresh')
    expect(started).to.deep.equal(['a', 'fresh'])
  })

  it('gives the place back when nobody fresh is left in the queue', async () => {
    const { gate, task, finish, pass } = aGate({ width: 1, maxWaitMs: 100 })
    const first = gate.run(task('a'))
    const stale = gate.run(task('stale')).catch((error: unknown) => error)
    pass(101)
    finish('a')
    await Promise.all([first, stale])
    const next = gate.run(task('b'))
    finish('b')
    expect(await next).to.equal('b')
  })

  it('gives the place back when a task fails or throws', async () => {
    const { gate } = aGate({ width: 1, queueLimit: 0 })
    const failure = new Error('no luck')
    const failing = () => Promise.reject(failure)
    const throwing = () => {
      throw failure
    }
    expect(await gate.run(failing).catch((error: unknown) => error)).to.equal(failure)
    expect(await gate.run(throwing).catch((error: unknown) => error)).to.equal(failure)
    expect(await gate.run(() => Promise.resolve('fine'))).to.equal('fine')
  })
})

function aGate(options: { width: number; queueLimit?: number; maxWaitMs?: number }) {
  let time = 0
  const gate = new Gate({ queueLimit: 10, maxWaitMs: 1000, ...options, now: () => time })
  const started: string[] = []
  const finishers = new Map<string, () => void>()
  const task = (name: string) => () => {
    started.push(name)
    return new Promise<string>((resolve) => {
      finishers.set(name, () => {
        resolve(name)
      })
    })
  }
  const pass = (milliseconds: number) => {
    time += milliseconds
  }
  return { gate, task, started, finish: (name: string) => finishers.get(name)?.(), pass }
}

const settled = () => new Promise((resolve) => setImmediate(resolve))
