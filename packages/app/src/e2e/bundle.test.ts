import { spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { AppProcess } from './app-process.ts'
import { Browser } from './browser.ts'
import { password, readSample, testSecret } from './test-server.ts'

const root = fileURLToPath(new URL('../../../../', import.meta.url))
const main = path.join(root, 'bundle/audiohost.js')

describe('the bundle', function () {
  this.timeout(60_000)
  let folder: string
  const started: AppProcess[] = []
  const run = (args: readonly string[], variables: Readonly<Record<string, string>> = {}): AppProcess => {
    const app = new AppProcess({ main, args, cwd: folder, variables: { PORT: '0', ...variables } })
    started.push(app)
    return app
  }

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'audiohost-bundle-'))
    const made = spawnSync(process.execPath, [path.join(root, 'scripts/bundle.mjs')], { encoding: 'utf8' })
    expect(made.status, made.stderr).to.equal(0)
  })
  afterEach(async () => {
    for (const app of started.splice(0)) await app.ends('SIGTERM')
  })
  after(() => rm(folder, { recursive: true }))

  it('serves on the embedded PostgreSQL, hashes, probes and checks its health in threads, plays, and shows its pages', async () => {
    const yandex = { YANDEX_CLIENT_ID: 'id', YANDEX_CLIENT_SECRET: 'secret-of-the-client' }
    const app = run(['serve', '--welcome'], {
      ...yandex,
      HEALTH_PORT: '0',
      YANDEX_REDIRECT_URI: 'http://localhost/v1/auth/yandex/callback',
    })
    const [, origin = ''] = await app.shows(/(http:\/\/localhost:\d+)\/docs/)
    const ada = new Browser(origin)
    const account = { name: 'Ada', surname: 'Lovelace', email: 'ada@example.org', password }
    await ada.json('POST', '/v1/auth/registration', account)
    expect((await ada.json('POST', '/v1/auth/login', { email: account.email, password })).status).to.equal(
      200,
    )

    const sample = await readSample('spoken/vbr-cover.mp3')
    const uploaded = await ada.upload(sample, 'song.mp3')
    expect(uploaded.status).to.equal(201)
    const { id, duration } = (await uploaded.json()) as { id: string; duration: number }
    expect(duration).to.be.above(0)
    const range = await ada.fetch(`/v1/audio/file/${id}`, { headers: { Range: 'bytes=100-199' } })
    expect(range.status).to.equal(206)
    expect(Buffer.from(await range.arrayBuffer())).to.deep.equal(sample.subarray(100, 200))

    for (const page of ['/', '/docs', '/docs/swagger-ui-bundle.js', '/openapi.json', '/readyz']) {
      expect((await ada.fetch(page)).status, page).to.equal(200)
    }
    const [, healthPort = ''] = await app.shows(/"port":(\d+),"msg":"serving health checks"/)
    expect((await fetch(`http://127.0.0.1:${healthPort}/readyz`)).status).to.equal(200)
    expect(await app.ends('SIGTERM')).to.equal(0)
  })

  for (const storage of [
    { STORAGE_DRIVER: 'gcs', GCS_BUCKET: 'bucket', GCS_API_ENDPOINT: 'http://127.0.0.1:1' },
    { STORAGE_DRIVER: 's3', S3_BUCKET: 'bucket', S3_REGION: 'here', S3_ENDPOINT: 'http://127.0.0.1:1' },
  ]) {
    it(`has the store of ${storage.STORAGE_DRIVER} in it`, async () => {
      const app = run(['serve', '--welcome'], { ...storage, INTERNAL_SECRET: testSecret })
      const [, origin = ''] = await app.shows(/(http:\/\/localhost:\d+)\/docs/)
      const ready = await fetch(`${origin}/readyz`)
      expect(await ready.text())
        .to.include('storage')
        .and.not.include('database')
    })
  }

  it('has the commands of the operator', async () => {
    const app = run(['config'])
    expect(await app.ends()).to.equal(0)
    expect(app.output).to.include('"poolSize": 10')
  })
})
