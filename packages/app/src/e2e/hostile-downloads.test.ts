import { execFile } from 'node:child_process'
import { open, readdir, unlink } from 'node:fs/promises'
import { constants } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { pooledBytes } from '@audiohost/adapters-http'
import { expect } from 'chai'
import type { Browser } from './browser.ts'
import { CheckingReader, type Content } from './checking-reader.ts'
import { connectionsTo, openFilesBelow } from './own-process.ts'
import { soundOf } from './sound-of.ts'
import { startTestServer, type TestServer } from './test-server.ts'

const MiB = 1024 ** 2
const fileBytes = 8 * MiB
const names = ['ada', 'ben', 'cleo', 'dan']

interface Listener {
  readonly browser: Browser
  readonly content: Content
}

/** The same numbers at every run. */
function numbersFrom(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

/** Runs tasks by number, so many at once. */
async function inParallel(
  width: number,
  count: number,
  task: (number: number) => Promise<void>,
): Promise<void> {
  let next = 0
  const work = async (): Promise<void> => {
    while (next < count) await task(next++)
  }
  await Promise.all(Array.from({ length: width }, work))
}

async function becomes<T>(expected: T, look: () => T, patienceMs = 5000): Promise<void> {
  for (const end = Date.now() + patienceMs; look() !== expected && Date.now() < end;) await delay(20)
  expect(look()).to.equal(expected)
}

describe('downloads that go wrong', function () {
  this.timeout(120_000)
  let server: TestServer
  let listeners: readonly Listener[]
  let connectionsBefore: number

  before(async () => {
    server = await startTestServer()
    listeners = await Promise.all(
      names.map(async (name, number) => {
        const browser = await server.signedIn(name)
        return { browser, content: await uploaded(browser, soundOf(number, fileBytes)) }
      }),
    )
  })
  after(() => server.close())
  beforeEach(() => {
    connectionsBefore = connections()
  })

  async function uploaded(browser: Browser, bytes: Buffer): Promise<Content> {
    const reply = await browser.upload(bytes, 'sound.wav')
    const { id } = (await reply.json()) as { readonly id: string }
    return { path: `/v1/audio/file/${id}`, bytes }
  }

  const listener = (number: number): Listener => {
    const one = listeners[number % listeners.length]
    if (!one) throw new Error('There is no listener')
    return one
  }
  const connected = ({ browser }: Listener): Promise<CheckingReader> =>
    CheckingReader.connect(server.origin, browser)
  const asking = async (one: Listener): Promise<CheckingReader> => (await connected(one)).ask(one.content)

  /** Audio files that this process, which is also the server, has open. */
  const openFiles = (): number => openFilesBelow(path.join(server.dataFolder, 'audio'))
  const errorsLogged = (): readonly string[] => server.logged.filter((line) => /"level":[56]0/.test(line))

  const connections = (): number => connectionsTo(Number(new URL(server.origin).port))

  async function expectNothingLeft(): Promise<void> {
    await becomes(0, () => pooledBytes().lent)
    await becomes(true, () => connections() <= connectionsBefore)
    const reply = await listener(0).browser.fetch('/v1/auth/me')
    expect(reply.status).to.equal(200)
  }

  it('as 500 who read slowly share one handle a file, and keep nobody waiting', async () => {
    const readers: CheckingReader[] = []
    await inParallel(50, 500, async (number) => {
      readers.push(await asking(listener(number)))
    })
    const reading = readers.map((reader) => reader.take({ bytes: MiB / 2, pauseMs: 100 }))
    await delay(500)
    expect(openFiles()).to.equal(names.length)
    expect(pooledBytes().lent).to.be.above(0)

    const another = await asking(listener(1))
    expect((await another.take()).isWhole).to.equal(true)
    await another.leave()

    await Promise.all(reading)
    const [patient, others] = [readers.slice(0, 50), readers.slice(50)]
    await Promise.all(others.map((reader) => reader.leave()))
    await Promise.all(patient.map((reader) => reader.take()))
    expect(patient.filter(({ isWhole }) => !isWhole)).to.deep.equal([])
    expect(others.filter(({ isForeign }) => isForeign)).to.deep.equal([])
    await Promise.all(patient.map((reader) => reader.leave()))
    await expectNothingLeft()
    expect(errorsLogged()).to.deep.equal([])
  })

  it('as 1,000 are broken off get no byte of another, and no error is logged', async () => {
    const random = numbersFrom(1)
    await inParallel(50, 1000, async (number) => {
      const reader = await asking(listener(number))
      await reader.take({ bytes: random(2 * MiB) })
      expect(reader.isForeign).to.equal(false)
      await reader.leave(number % 2 === 0 ? 'close' : 'reset')
    })
    await expectNothingLeft()
    expect(errorsLogged()).to.deep.equal([])
  })

  it('as 200 who seek at random get the bytes of each place', async function () {
    this.timeout(60_000)
    const random = numbersFrom(2)
    let mostOpen = 0
    await inParallel(200, 200, async (number) => {
      const one = listener(number)
      let reader = await connected(one)
      for (let seek = 0; seek < 8; seek++) {
        if (number % 20 === 0) mostOpen = Math.max(mostOpen, openFiles())
        const start = random(fileBytes)
        const end = Math.min(fileBytes - 1, start + random(256 * 1024))
        const bytes = random(256 * 1024)
        await (await reader.ask(one.content, { start, end })).take({ bytes })
        // All come from one address, so the server may shed some of them.
        while (reader.status === 503) {
          await reader.leave()
          await new Promise((resolve) => setTimeout(resolve, 1000))
          reader = await connected(one)
          await (await reader.ask(one.content, { start, end })).take({ bytes })
        }
        expect(reader).to.include({ status: 206, declaredBytes: end - start + 1, isForeign: false })
        if (reader.isWhole) continue
        // Players drop the connection that brings what is not wanted any more.
        await reader.leave()
        reader = await connected(one)
      }
      await reader.leave()
    })
    // One a file, and for a moment a few more where it is looked at again after ten seconds; not one a reader.
    expect(mostOpen).to.be.within(1, 50)
    await expectNothingLeft()
    expect(errorsLogged()).to.deep.equal([])
  })

  it('as 30 leave who have asked a hundred times ahead hold nothing, and go on for the others', async () => {
    const { browser } = listener(0)
    const content = await uploaded(browser, soundOf(4, 150_000))
    await inParallel(30, 30, async (number) => {
      const reader = await connected({ browser, content })
      await reader.askAhead(100, content)
      await reader.leave(number % 2 === 0 ? 'close' : 'reset')
    })
    await expectNothingLeft()
    const reader = await asking({ browser, content })
    expect((await reader.take()).isWhole).to.equal(true)
    await reader.leave()
    expect(errorsLogged()).to.deep.equal([])
  })

  it('as the file is deleted meanwhile get all of it, and nobody after them anything', async () => {
    const { browser } = listener(0)
    const content = await uploaded(browser, soundOf(5, fileBytes))
    const before = openFiles()
    const readers = await Promise.all(Array.from({ length: 5 }, () => asking({ browser, content })))
    expect((await browser.fetch(content.path, { method: 'DELETE' })).status).to.equal(204)
    expect((await asking({ browser, content })).status).to.equal(404)
    for (const reader of readers) expect((await reader.take()).isWhole).to.equal(true)
    await Promise.all(readers.map((reader) => reader.leave()))
    // Closed with the last reader: it would keep the space.
    await becomes(before, openFiles)
  })

  it('as somebody removes the file below the server get all of it', async () => {
    const { browser } = listener(0)
    const content = await uploaded(browser, soundOf(6, fileBytes))
    const reader = await asking({ browser, content })
    await unlink(await fileOf(content))
    expect((await reader.take()).isWhole).to.equal(true)
    await reader.leave()
  })

  it('as the disk fails in the middle are cut off, and never look complete', async () => {
    const one = listener(2)
    await failingFrom(4 * MiB, async () => {
      const readers = await Promise.all(Array.from({ length: 20 }, () => asking(one)))
      await Promise.all(readers.map((reader) => reader.take()))
      for (const reader of readers) {
        expect(reader).to.include({ status: 200, declaredBytes: fileBytes, isForeign: false, isClosed: true })
        expect(reader.receivedBytes).to.be.below(fileBytes)
      }
      await forgotten(await fileOf(one.content))
      const refused = await (await connected(one)).ask(one.content, { start: 5 * MiB, end: 6 * MiB })
      expect(refused.status).to.equal(503)
      await refused.leave()
    })
    const reader = await asking(one)
    expect((await reader.take()).isWhole).to.equal(true)
    await reader.leave()
    await expectNothingLeft()
  })

  it('leave no handle, once those that nobody reads have had their ten seconds', async () => {
    await becomes(0, openFiles, 12_000)
  })

  async function fileOf(content: Content): Promise<string> {
    const folder = path.join(server.dataFolder, 'audio')
    const found = (await readdir(folder, { recursive: true })).find(
      (name) => path.basename(name) === path.basename(content.path),
    )
    return path.join(folder, found ?? '')
  }
})

/** Reads from this position on fail as those of a broken disk do; what the system has in memory can still be read. */
async function failingFrom(failingPosition: number, use: () => Promise<void>): Promise<void> {
  const handle = await open('/dev/null')
  const prototype = Object.getPrototypeOf(handle) as { read: (...range: number[]) => Promise<unknown> }
  await handle.close()
  const { read } = prototype
  prototype.read = function (...range) {
    const [, , , position = 0] = range
    if (position < failingPosition) return read.apply(this, range)
    return Promise.reject(ioError())
  }
  try {
    await use()
  } finally {
    prototype.read = read
  }
}

/** Asks the system to forget what it holds of a file (posix_fadvise(2)). */
const forgotten = (file: string): Promise<unknown> =>
  promisify(execFile)('dd', [`if=${file}`, 'iflag=nocache', 'count=0'])

const ioError = (): Error =>
  Object.assign(new Error('EIO: i/o error, read'), {
    code: 'EIO',
    errno: -constants.errno.EIO,
    syscall: 'read',
  })
