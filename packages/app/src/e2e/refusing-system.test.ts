import { execFileSync, spawnSync } from 'node:child_process'
import { constants as fileConstants, readdirSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { constants, tmpdir } from 'node:os'
import path from 'node:path'
import { getSystemErrorMap } from 'node:util'
import { aDatabase } from '@audiohost/adapters-postgres/testing'
import { expect } from 'chai'
import { restore, stub } from 'sinon'
import { nodeFileSystem } from '../../../adapters-storage/src/disk/disk-file-system.ts'
import { AppProcess } from './app-process.ts'
import { Browser } from './browser.ts'
import { password, readSample, startTestServer, testSecret, type TestServer } from './test-server.ts'

const refusalOf = async (reply: Response): Promise<unknown> => {
  const { code } = (await reply.json()) as { code?: unknown }
  return [reply.status, code]
}
const canLimit = process.platform === 'linux' && spawnSync('prlimit', ['--version']).status === 0
const unavailable = [503, 'storage_unavailable']

describe('a file system that refuses calls', () => {
  let server: TestServer
  let ada: Browser

  before(async () => {
    server = await startTestServer()
    ada = await server.signedIn('ada')
  })
  after(() => server.close())
  afterEach(() => {
    restore()
  })

  const upload = async (): Promise<Response> => ada.upload(await readSample('spoken/cbr.mp3'), 'song.mp3')

  for (const [code, call] of [
    ['EXDEV', 'link'],
    ['EACCES', 'open'],
    ['EACCES', 'mkdir'],
    ['EACCES', 'unlink'],
    ['EROFS', 'open'],
    ['EMFILE', 'open'],
    ['ENFILE', 'open'],
    ['ESTALE', 'lstat'],
  ] as const) {
    it(`with ${code} at ${call} makes an upload 503, says so in the log, and the next one is stored`, async () => {
      const error = systemError(code)
      const refusing = stub(nodeFileSystem, call).rejects(error)
      const logged = server.logged.length
      expect(await refusalOf(await upload())).to.deep.equal(unavailable)
      expect(refusing.callCount).to.be.at.least(1)
      expect(server.logged.slice(logged).join('')).to.contain(error.message).and.not.contain('"status":500')
      restore()
      expect((await upload()).status).to.equal(201)
    })
  }
})

describe('a file system that refuses writes', () => {
  let server: TestServer
  let ada: Browser

  before(async () => {
    server = await startTestServer()
    ada = await server.signedIn('ada')
  })
  after(() => server.close())
  afterEach(() => {
    restore()
  })

  const readiness = async (): Promise<unknown> => {
    const reply = await ada.fetch('/readyz')
    return [reply.status, await reply.json()]
  }
  const degraded = [200, { status: 'degraded', failing: [], degraded: ['storage'] }]

  for (const [code, status] of [
    ['EROFS', 503],
    ['EACCES', 503],
    ['EPERM', 503],
    ['EIO', 503],
    ['EDQUOT', 507],
    ['ENOSPC', 507],
  ] as const) {
    it(`with ${code} is degraded, refuses uploads with ${status} and serves what it has`, async () => {
      const song = await readSample('spoken/cbr.mp3')
      const { id } = (await (await ada.upload(song, 'song.mp3')).json()) as { id: string }
      const open = nodeFileSystem.open.bind(nodeFileSystem)
      stub(nodeFileSystem, 'open').callsFake(async (file, flags) => {
        if ((flags & fileConstants.O_CREAT) !== 0) throw systemError(code)
        return open(file, flags)
      })
      expect(await readiness()).to.deep.equal(degraded)
      const refused = await ada.upload(song, 'song.mp3')
      const expected = status === 503 ? 'storage_unavailable' : 'storage_full'
      expect(await refusalOf(refused)).to.deep.equal([status, expected])
      const played = await ada.fetch(`/v1/audio/file/${id}`)
      expect(Buffer.from(await played.arrayBuffer()).equals(song)).to.equal(true)
      restore()
      expect(await readiness()).to.deep.equal([200, { status: 'ok', failing: [], degraded: [] }])
    })
  }
})

/** With the words of the operating system. */
function systemError(code: keyof typeof constants.errno): Error {
  const errno = -constants.errno[code]
  const [, words = ''] = getSystemErrorMap().get(errno) ?? []
  return Object.assign(new Error(`${code}: ${words}`), { errno, code })
}

describe('a process that may open no more files', function () {
  this.timeout(60_000)
  let folder: string
  let app: AppProcess
  let ada: Browser

  before(async function () {
    if (!canLimit) return this.skip()
    folder = await mkdtemp(path.join(tmpdir(), 'audiohost-files-'))
  })
  after(async () => {
    if (!canLimit) return
    await app.ends('SIGTERM')
    await rm(folder, { recursive: true })
  })

  /** What `ulimit -n` sets, while the process runs. */
  const allowFiles = (count: number | 'all'): void => {
    const soft = count === 'all' ? hardLimit(app.pid) : count.toString()
    execFileSync('prlimit', ['--pid', app.pid.toString(), `--nofile=${soft}:`])
  }
  const openFiles = (): number => readdirSync(`/proc/${app.pid}/fd`).length
  const upload = async (): Promise<Response> => ada.upload(await readSample('spoken/cbr.mp3'), 'song.mp3')

  it('refuses what needs one with 503, does not end, and goes on once it may', async () => {
    const database = await aDatabase()
    const variables = {
      DATABASE_URL: database.url,
      INTERNAL_SECRET: testSecret,
      PORT: '0',
      LOG_LEVEL: 'info',
    }
    app = new AppProcess({ args: ['serve', '--welcome'], cwd: folder, variables })
    const [, origin = ''] = await app.shows(/(http:\/\/localhost:\d+)\/docs/)
    ada = new Browser(origin)
    const account = { name: 'Ada', surname: 'Lovelace', email: 'ada@example.org', password }
    await ada.json('POST', '/v1/auth/registration', account)
    await ada.json('POST', '/v1/auth/login', { email: account.email, password })
    const { id } = (await (await upload()).json()) as { id: string }

    allowFiles(openFiles())
    // These wait until they can be accepted.
    const waiting = Array.from({ length: 20 }, () => connect(Number(new URL(origin).port), 'localhost'))
    for (const socket of waiting) socket.on('error', () => undefined)
    expect(await refusalOf(await ada.fetch(`/v1/audio/file/${id}`))).to.deep.equal(unavailable)
    const ready = await ada.fetch('/readyz')
    expect([ready.status, await ready.json()]).to.deep.equal([
      503,
      { status: 'failing', failing: ['storage'], degraded: [] },
    ])
    expect(await refusalOf(await upload())).to.deep.equal(unavailable)
    expect(app.output).to.contain('EMFILE: too many open files')

    allowFiles('all')
    for (const socket of waiting) socket.destroy()
    expect((await ada.fetch(`/v1/audio/file/${id}`)).status).to.equal(200)
    expect((await upload()).status).to.equal(201)
    expect((await ada.fetch('/readyz')).status).to.equal(200)
    expect(await app.ends('SIGTERM')).to.equal(0)
    await database.drop()
  })
})

const hardLimit = (pid: number): string =>
  execFileSync('prlimit', ['--pid', pid.toString(), '--nofile', '--output=HARD', '--noheadings'], {
    encoding: 'utf8',
  }).trim()
