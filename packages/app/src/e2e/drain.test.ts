import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import net from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { aDatabase, type TestDatabase } from '@audiohost/adapters-postgres/testing'
import { expect } from 'chai'
import { AppProcess } from './app-process.ts'
import { Browser } from './browser.ts'
import { CheckingReader, type Content } from './checking-reader.ts'
import { HeldUpload } from './held-upload.ts'
import { soundOf } from './sound-of.ts'
import { password, testSecret } from './test-server.ts'

const MiB = 1024 ** 2

describe('a process that is told to stop with 50 uploads and downloads under way', function () {
  this.timeout(120_000)
  let folder: string
  let database: TestDatabase
  const started: AppProcess[] = []

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'audiohost-drain-'))
    database = await aDatabase()
  })
  after(async () => {
    for (const app of started) await app.ends('SIGKILL')
    await database.drop()
    await rm(folder, { recursive: true })
  })

  const run = (...args: readonly string[]): AppProcess => {
    const app = new AppProcess({
      args,
      cwd: folder,
      variables: {
        PORT: '0',
        RATE_LIMITS: 'off',
        DATA_DIR: folder,
        DATABASE_URL: database.url,
        INTERNAL_SECRET: testSecret,
        SHUTDOWN_GRACE_SECONDS: '8',
      },
    })
    started.push(app)
    return app
  }
  const serve = async (): Promise<{ app: AppProcess; origin: string }> => {
    const app = run('serve')
    const [, port = ''] = await app.shows(/"port":(\d+),"msg":"listening"/)
    return { app, origin: `http://localhost:${port}` }
  }

  const files = async (): Promise<readonly string[]> => {
    const entries = await readdir(path.join(folder, 'audio'), { recursive: true, withFileTypes: true })
    return entries.filter((entry) => entry.isFile()).map(({ name }) => name)
  }
  const idsOf = async (browser: Browser): Promise<readonly string[]> => {
    const { items } = (await (await browser.fetch('/v1/audio/?limit=100')).json()) as {
      readonly items: readonly { readonly id: string }[]
    }
    return items.map(({ id }) => id).sort()
  }
  /** Each is another one: none has the length of another. */
  const sounds = (count: number, from: number): readonly Buffer[] =>
    Array.from({ length: count }, (_, index) => soundOf(1, 200_000 + 4 * (from + index)))

  async function signedIn(origin: string): Promise<Browser> {
    const ada = new Browser(origin)
    const email = 'ada@example.org'
    await ada.json('POST', '/v1/auth/registration', { name: 'Ada', surname: 'Lovelace', email, password })
    expect((await ada.json('POST', '/v1/auth/login', { email, password })).status).to.equal(200)
    return ada
  }

  async function uploaded(browser: Browser, bytes: Buffer): Promise<Content & { readonly id: string }> {
    const { id } = (await (await browser.upload(bytes, 'sound.wav')).json()) as { readonly id: string }
    return { id, path: `/v1/audio/file/${id}`, bytes }
  }

  it('finishes what ends in time, cuts the rest, ends with 0, and keeps what it has acknowledged', async () => {
    const { app, origin } = await serve()
    const ada = await signedIn(origin)
    const song = await uploaded(ada, soundOf(0, 12 * MiB))
    // Idle connections are closed, so this one asks half of its question before.
    const probe = net.connect(Number(new URL(origin).port), 'localhost')
    probe.write('GET /readyz HTTP/1.1\r\n')
    const [finishing, stuck] = [sounds(15, 0), sounds(15, 15)]
    const hold = (bytes: Buffer): HeldUpload => new HeldUpload(origin, ada, bytes)
    const [toFinish, toCut] = [finishing.map(hold), stuck.map(hold)]
    const ask = async (): Promise<CheckingReader> => (await CheckingReader.connect(origin, ada)).ask(song)
    const readers = await Promise.all(Array.from({ length: 10 }, ask))
    const stalled = await Promise.all(Array.from({ length: 10 }, ask))
    while ((await files()).filter((name) => name.endsWith('.partial')).length < 30) await delay(20)

    const ending = app.ends('SIGTERM')
    await app.shows(/"msg":"stopping"/)
    await refusesConnections(origin)
    probe.write('Host: localhost\r\n\r\n')
    expect(await text(probe)).to.match(/^HTTP\/1\.1 503 .*"draining"/s)

    for (const upload of toFinish) upload.sendRest()
    const ids = await Promise.all(toFinish.map((upload) => upload.id()))
    await Promise.all(readers.map((reader) => reader.take({ pauseMs: 1 })))
    expect(readers.filter(({ isWhole }) => !isWhole)).to.deep.equal([])
    expect(await Promise.all(toCut.map((upload) => upload.id()))).to.deep.equal(toCut.map(() => undefined))
    await Promise.all(stalled.map((reader) => reader.take()))
    for (const reader of stalled) expect(reader).to.include({ status: 200, isWhole: false, isForeign: false })
    expect(await ending, app.output).to.equal(0)

    await expectKept([song.id, ...ids], [song.bytes, ...finishing])
  })

  /** After a restart there are these, whole, and after a sweep nothing else. */
  async function expectKept(ids: readonly (string | undefined)[], bytes: readonly Buffer[]): Promise<void> {
    const { app, origin } = await serve()
    const ada = await signedIn(origin)
    expect(await idsOf(ada)).to.deep.equal([...ids].sort())
    for (const [index, id] of ids.entries()) {
      const reply = await ada.fetch(`/v1/audio/file/${id ?? ''}`)
      expect(Buffer.from(await reply.arrayBuffer()).equals(bytes[index] ?? Buffer.alloc(0))).to.equal(true)
    }
    expect(await run('sweep', '--older-than', '0', '--force').ends()).to.equal(0)
    expect(
      (await files()).filter((name) => name !== '.audiohost-store' && !ids.includes(name)),
    ).to.deep.equal([])
    expect(await idsOf(ada)).to.have.length(ids.length)
    expect(await app.ends('SIGTERM')).to.equal(0)
  }
})

/** Resolves once nobody listens there any more. */
async function refusesConnections(origin: string): Promise<void> {
  for (;;) {
    const socket = net.connect(Number(new URL(origin).port), 'localhost')
    const error = await once(socket, 'connect').then(
      () => undefined,
      (error: unknown) => error as NodeJS.ErrnoException,
    )
    socket.destroy()
    if (error?.code === 'ECONNREFUSED') return
    await delay(20)
  }
}
