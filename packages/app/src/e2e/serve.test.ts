import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { AppProcess, isRunning } from './app-process.ts'
import { Browser } from './browser.ts'
import { password, readSample } from './test-server.ts'

describe('audiohost serve, on its embedded defaults', () => {
  let folder: string
  const started: AppProcess[] = []
  const run = (args: readonly string[], variables: Record<string, string> = {}, input = ''): AppProcess => {
    const app = new AppProcess({
      args,
      cwd: folder,
      input,
      variables: { PORT: '0', LOG_LEVEL: 'info', ...variables },
    })
    started.push(app)
    return app
  }
  const serve = async (): Promise<{ app: AppProcess; origin: string }> => {
    const app = run(['serve', '--welcome'])
    const [, origin = ''] = await app.shows(/(http:\/\/localhost:\d+)\/docs/)
    return { app, origin }
  }
  const postmaster = (): number => Number(readFileSync(pidFileIn(folder), 'utf8').split('\n')[0])

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'audiohost-serve-'))
  })
  afterEach(async () => {
    for (const app of started.splice(0)) await app.ends('SIGTERM')
  })
  after(() => rm(folder, { recursive: true }))

  it('keeps accounts and audio over a stop, a kill -9 and a restart, and stops with 0 and without a process left', async function () {
    this.timeout(60_000)
    const first = await serve()
    expect(first.app.output).to.contain(path.join(folder, 'data'))
    expect(first.app.output).to.match(/^ {2}.*node .*create-admin --email /m)
    const ada = new Browser(first.origin)
    const account = { name: 'Ada', surname: 'Lovelace', email: 'ada@example.org', password }
    expect((await ada.json('POST', '/v1/auth/registration', account)).status).to.equal(201)
    expect((await ada.json('POST', '/v1/auth/login', { email: account.email, password })).status).to.equal(
      200,
    )
    const uploaded = await ada.upload(await readSample('spoken/vbr-cover.mp3'), 'song.mp3')
    expect(uploaded.status).to.equal(201)
    const { id } = (await uploaded.json()) as { id: string }

    await first.app.ends('SIGKILL')
    const orphan = postmaster()
    expect(isRunning(orphan)).to.equal(true)

    const second = await serve()
    const again = new Browser(second.origin)
    await again.json('POST', '/v1/auth/login', { email: account.email, password })
    expect((await again.fetch(`/v1/audio/file/${id}`)).status).to.equal(200)

    const adopted = postmaster()
    expect(await second.app.ends('SIGTERM')).to.equal(0)
    expect([isRunning(orphan), isRunning(adopted)]).to.deep.equal([false, false])
    expect(second.app.output).to.contain('"msg":"stopped"')
  })

  it('refuses a data folder that another one serves, says so, and does not disturb it', async function () {
    this.timeout(60_000)
    const { app, origin } = await serve()
    const second = run(['serve'])
    expect(await second.ends()).to.equal(1)
    expect(second.output).to.match(/Another audiohost is running/)
    expect((await fetch(`${origin}/readyz`)).status).to.equal(200)
    expect(await app.ends('SIGTERM')).to.equal(0)
  })

  it('lets the command line create an administrator, beside a running server and without one', async function () {
    this.timeout(60_000)
    const args = ['create-admin', '--email', 'root@example.org', '--name', 'Grace', '--surname', 'Hopper']
    const { app, origin } = await serve()
    const beside = run(args, {}, 'eight purple bottles\n')
    expect(await beside.ends(), beside.output).to.equal(0)
    expect(beside.output).to.contain('Created the administrator root@example.org')

    const grace = new Browser(origin)
    await grace.json('POST', '/v1/auth/login', {
      email: 'root@example.org',
      password: 'eight purple bottles',
    })
    expect((await grace.fetch('/v1/user/')).status).to.equal(200)
    const audit = (await (await grace.fetch('/v1/audit/')).json()) as { items: { event: string }[] }
    expect(audit.items.slice(0, 2).map(({ event }) => event)).to.deep.equal(['sign_in', 'admin_created'])
    expect(app.output).to.match(/"audit":\{[^}]*"event":"sign_in"[^}]*"address":"(::ffff:)?127\.0\.0\.1"/)
    expect(await app.ends('SIGTERM')).to.equal(0)

    const alone = run(args, {}, 'another password\n')
    expect(await alone.ends(), alone.output).to.equal(0)
    expect(alone.output).to.contain('had an account already')
    expect(existsSync(pidFileIn(folder))).to.equal(false)
  })

  it('refuses a weak password at the command line and says why', async function () {
    this.timeout(60_000)
    const refused = run(
      ['create-admin', '--email', 'x@example.org', '--name', 'X', '--surname', 'Y'],
      {},
      'password\n',
    )
    expect(await refused.ends()).to.equal(1)
    expect(refused.output).to.contain('not created').and.to.contain('choose another')
  })

  it('sweeps on demand', async function () {
    this.timeout(60_000)
    const sweep = run(['sweep', '--older-than', '0', '--force', '--json'])
    expect(await sweep.ends(), sweep.output).to.equal(0)
    expect(sweep.output).to.contain('"orphans": 0')
  })

  it('ends with 2 before anything happens where the configuration is bad, and shows no value', async () => {
    const bad = run(['serve'], {
      PORT: 'eighty',
      INTERNAL_SECRET: 'tooshort',
      DATA_DIR: path.join(folder, 'untouched'),
    })
    expect(await bad.ends()).to.equal(2)
    expect(bad.output)
      .to.contain('PORT must be')
      .and.to.contain('INTERNAL_SECRET must be')
      .and.not.to.contain('tooshort')
    expect(await readdir(folder)).not.to.include('untouched')
  })

  it('ends with 2 and the usage where the command line is not understood', async () => {
    const wrong = run(['server'])
    expect(await wrong.ends()).to.equal(2)
    expect(wrong.output).to.contain('there is no command "server"').and.to.contain('usage: audiohost')
  })

  it('prints the configuration in force', async () => {
    const shown = run(['config'], { MAX_UPLOAD_BYTES: '5000' })
    expect(await shown.ends()).to.equal(0)
    expect(shown.output).to.contain('"maxUploadBytes": 5000')
  })
})

const pidFileIn = (folder: string): string => path.join(folder, 'data/postgres/cluster/data/postmaster.pid')
