import { expect } from 'chai'
import { TooBusy } from './errors.ts'
import { FairScheduler } from './fair-scheduler.ts'

describe('FairScheduler', () => {
  it('keeps a slot free for a key that runs nothing yet', async () => {
    const { submit, started } = aScheduler({ slots: 2 })
    for (const task of ['a1', 'a2', 'a3']) submit(task)
    await settled()
    expect(started).to.deep.equal(['a1'])
    submit('b1')
    await settled()
    expect(started).to.deep.equal(['a1', 'b1'])
  })

  it('gives a key several slots while no other key needs them', async () => {
    const { submit, started } = aScheduler({ slots: 4 })
    for (const task of ['a1', 'a2', 'a3', 'a4', 'a5']) submit(task)
    await settled()
    expect(started).to.deep.equal(['a1', 'a2', 'a3'])
  })

  it('runs one task of a key at a time while others wait', async () => {
    const { submit, started, finish } = aScheduler({ slots: 2 })
    for (const task of ['a1', 'a2', 'a3', 'b1', 'b2', 'c1']) submit(task)
    await settled()
    expect(started).to.deep.equal(['a1', 'b1'])
    await finish('a1')
    expect(started).to.deep.equal(['a1', 'b1', 'a2'])
    await finish('a2')
    expect(started.at(-1)).to.equal('c1')
    await finish('b1')
    expect(started.at(-1)).to.equal('b2')
    await finish('b2')
    expect(started.at(-1)).to.equal('a3')
  })

  it('takes turns between keys on a single slot', async () => {
    const { submit, started, finish } = aScheduler({ slots: 1 })
    for (const task of ['a1', 'a2', 'a3', 'b1', 'b2', 'c1']) submit(task)
    await settled()
    for (const task of ['a1', 'a2', 'b1', 'c1', 'a3']) {
      expect(started.at(-1)).to.equal(task)
      await finish(task)
    }
    expect(started).to.deep.equal(['a1', 'a2', 'b1', 'c1', 'a3', 'b2'])
  })

  it('refuses the newest task of the longest queue when it is full', async () => {
    const { submit, refused, started, finish } = aScheduler({ slots: 1, maxWaiting: 3 })
    for (const task of ['a1', 'a2', 'a3', 'a4']) submit(task)
    submit('a5')
    await settled()
    expect(refused).to.deep.equal(['a5'])
    submit('b1')
    await settled()
    expect(refused).to.deep.equal(['a5', 'a4'])
    for (const task of ['a1', 'a2', 'b1', 'a3']) await finish(task)
    expect(started).to.deep.equal(['a1', 'a2', 'b1', 'a3'])
  })

  it('counts the tasks that run and wait', async () => {
    const scheduler = new FairScheduler<string>({ slots: 1, maxWaiting: 5, retryAfterSeconds: 1 })
    let release = (): void => undefined
    const held = new Promise<void>((resolve) => (release = resolve))
    const tasks = ['a', 'a', 'b'].map((key) => scheduler.run(key, () => held))
    expect(scheduler.usage()).to.deep.equal({ running: 1, waiting: 2 })
    release()
    await Promise.all(tasks)
    expect(scheduler.usage()).to.deep.equal({ running: 0, waiting: 0 })
  })

  it('refuses with the time after which to retry, before the task starts', async () => {
    const scheduler = new FairScheduler<string>({ slots: 1, maxWaiting: 0, retryAfterSeconds: 7 })
    void scheduler.run('a', () => new Promise(() => undefined))
    let isStarted = false
    const refusal = await scheduler.run('b', async () => (isStarted = true)).catch((error: unknown) => error)
    expect(refusal).to.be.instanceOf(TooBusy).with.property('retryAfterSeconds', 7)
    expect(isStarted).to.equal(false)
  })

  it('frees the slot of a task that fails, and returns what tasks return', async () => {
    const scheduler = new FairScheduler<string>({ slots: 1, maxWaiting: 1, retryAfterSeconds: 1 })
    const failure = new Error('failed')
    const failing = () => Promise.reject(failure)
    expect(await scheduler.run('a', failing).catch((error: unknown) => error)).to.equal(failure)
    expect(await scheduler.run('a', async () => 'done')).to.equal('done')
  })
})

/** Tasks are named by their key and a number. */
function aScheduler(options: { readonly slots: number; readonly maxWaiting?: number }) {
  const scheduler = new FairScheduler<string>({ maxWaiting: 100, retryAfterSeconds: 1, ...options })
  const started: string[] = []
  const refused: string[] = []
  const finishers = new Map<string, () => void>()
  const submit = (name: string): void => {
    const task = () => {
      started.push(name)
      return new Promise<void>((resolve) => finishers.set(name, resolve))
    }
    scheduler.run(name.slice(0, 1), task).catch(() => refused.push(name))
  }
  const finish = async (name: string): Promise<void> => {
    finishers.get(name)?.()
    await settled()
  }
  return { submit, finish, started, refused }
}

const settled = () => new Promise((resolve) => setImmediate(resolve))
