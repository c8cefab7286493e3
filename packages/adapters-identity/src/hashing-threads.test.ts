import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { platform } from 'node:os'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { verify } from '@node-rs/argon2'
import { expect } from 'chai'
import { HashingThread } from './hashing-thread.ts'
import { HashingThreads } from './hashing-threads.ts'

const options = { memoryCost: 8, timeCost: 1, parallelism: 1 }
const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href
const task = { kind: 'hash', password: 'correct horse', options } as const

describe('HashingThreads', () => {
  it('hash, and compare passwords with hashes', async () => {
    const threads = new HashingThreads()
    const hashed = String(await threads.work(task))
    expect(await verify(hashed, 'correct horse')).to.equal(true)
    const compare = (password: string) => threads.work({ kind: 'verify', password, hashed, options })
    expect(await Promise.all([compare('correct horse'), compare('wrong horse')])).to.deep.equal([true, false])
    await threads.close()
  })

  it('tell what the library refuses, and go on', async () => {
    const threads = new HashingThreads()
    const refused = threads.work({ kind: 'verify', password: 'x', hashed: 'no hash', options })
    const reason: unknown = await refused.catch((error: unknown) => error)
    expect(reason).to.be.instanceOf(Error)
    expect(await threads.work(task)).to.match(/^\$argon2id/)
    await threads.close()
  })

  it('start anew after they were closed', async () => {
    const threads = new HashingThreads()
    await threads.work(task)
    await threads.close()
    expect(await threads.work(task)).to.match(/^\$argon2id/)
    await threads.close()
  })

  // Elsewhere a priority is one of the whole process.
  if (platform() === 'linux') {
    it('give way to all others, and leave the priority of the event loop as it is', async () => {
      const before = nicenessOfThreads()
      const threads = new HashingThreads()
      await threads.work(task)
      const during = nicenessOfThreads()
      await threads.close()
      expect(during.get(process.pid)).to.equal(before.get(process.pid))
      const added = [...during].filter(([id]) => !before.has(id))
      expect(added.map(([, niceness]) => niceness)).to.include(10)
    })

    it('take nothing back where the process gives way more than that already', async () => {
      const threads = JSON.stringify(new URL('./hashing-threads.ts', import.meta.url).href)
      const program = `
        import { readdirSync, readFileSync } from 'node:fs'
        import { HashingThreads } from ${threads}
        await new HashingThreads().work(${JSON.stringify(task)})
        const stats = readdirSync('/proc/self/task').map((id) => readFileSync('/proc/self/task/' + id + '/stat', 'utf8'))
        console.log(stats.map((stat) => stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16]).join())`
      const run = promisify(execFile)
      const node = [
        process.execPath,
        '--import',
        tsx,
        '--conditions=@audiohost/source',
        '--input-type=module',
      ]
      const { stdout } = await run('nice', ['-n', '15', ...node, '-e', program])
      expect(new Set(stdout.trim().split(','))).to.deep.equal(new Set(['15']))
    })
  }
})

describe('HashingThread', () => {
  it('tells who waits for it that it has ended, and takes nothing more', async () => {
    const thread = new HashingThread()
    const outcome = thread.work(task).catch((error: unknown) => error)
    await thread.stop()
    expect(await outcome)
      .to.be.instanceOf(Error)
      .with.property('message', 'The thread that hashes passwords ended')
    expect(thread.isLost).to.equal(true)
    const later: unknown = await thread.work(task).catch((error: unknown) => error)
    expect(later).to.be.instanceOf(Error)
  })
})

/** By the id of the thread; that of the main thread is the id of the process. Field 19 of proc_pid_stat(5). */
function nicenessOfThreads(): ReadonlyMap<number, number> {
  const ids = readdirSync('/proc/self/task').map(Number)
  return new Map(
    ids.map((id) => {
      const stat = readFileSync(`/proc/self/task/${id}/stat`, 'utf8')
      const behindName = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      return [id, Number(behindName[16])]
    }),
  )
}
