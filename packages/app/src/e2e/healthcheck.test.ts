import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { AppProcess } from './app-process.ts'
import { startTestServer } from './test-server.ts'

describe('audiohost healthcheck', () => {
  let folder: string
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'audiohost-healthcheck-'))
  })
  after(() => rm(folder, { recursive: true }))

  const check = async (variables: Record<string, string>, args: readonly string[] = []) => {
    const app = new AppProcess({ args: ['healthcheck', ...args], cwd: folder, variables })
    return { status: await app.ends(), output: app.output }
  }

  it('ends with 0 beside a server that is ready, and with 1 beside none', async function () {
    this.timeout(60_000)
    const server = await startTestServer()
    const PORT = new URL(server.origin).port
    for (const HOST of ['127.0.0.1', '0.0.0.0']) {
      expect(await check({ PORT, HOST })).to.deep.include({ status: 0 })
    }
    expect((await check({ PORT }, ['--live'])).output).to.contain('"status":"ok"')
    await server.close()
    const stopped = await check({ PORT })
    expect(stopped.status).to.equal(1)
    expect(stopped.output).to.contain(`http://127.0.0.1:${PORT}/readyz does not answer`)
  })

  it('asks on HEALTH_PORT if there is one', async function () {
    this.timeout(60_000)
    const server = await startTestServer({ HEALTH_PORT: '0' })
    const lines = server.logged.map(
      (line) => JSON.parse(line) as { readonly msg: string; readonly port: number },
    )
    const port =
      lines.find(({ msg }) => msg === 'serving health checks')?.port ?? expect.fail('no port was logged')
    const passes = await check({ PORT: '1', HEALTH_PORT: port.toString() })
    await server.close()
    const stopped = await check({ PORT: '1', HEALTH_PORT: port.toString() })
    expect(passes).to.deep.include({ status: 0 })
    expect(stopped.output).to.contain(`http://127.0.0.1:${port}/readyz does not answer`)
  })

  it('ends with 1 and names the part that fails', async function () {
    this.timeout(60_000)
    const server = await startTestServer()
    await rm(path.join(server.dataFolder, 'audio'), { recursive: true })
    const failing = await check({ PORT: new URL(server.origin).port })
    const live = await check({ PORT: new URL(server.origin).port }, ['--live'])
    await server.close()
    expect([failing.status, live.status]).to.deep.equal([1, 0])
    expect(failing.output).to.match(/answers 503: .*"failing":\["storage"\]/)
  })
})
