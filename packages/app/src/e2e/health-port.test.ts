import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import net, { type AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect } from 'chai'
import { pino } from 'pino'
import { startHealthListener } from '../health/start-health-listener.ts'
import { CheckingReader } from './checking-reader.ts'
import { soundOf } from './sound-of.ts'
import { startTestServer, type TestServer } from './test-server.ts'

interface Answer {
  readonly status: number
  readonly body: unknown
}

/** Runs in another process, and asks until the status is the wanted one. */
const askUntil = `
  const [url, wanted] = process.argv.slice(1)
  for (;;) {
    const reply = await fetch(url)
    const body = await reply.json()
    if (wanted === '' || reply.status === Number(wanted)) {
      console.log(JSON.stringify({ status: reply.status, body }))
      break
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }`

/** Blocks the event loop of this process, in which the server runs, until another process has the answer. */
function answerWhileBlocked(url: string, wanted: number | '' = ''): Answer {
  const args = ['--input-type=module', '--eval', askUntil, url, wanted.toString()]
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 60_000 })
  return JSON.parse(stdout || expect.fail(`${url} did not answer: ${stderr}`)) as Answer
}

const ok = { status: 'ok', failing: [], degraded: [] }
const stalled = { status: 'failing', failing: ['event_loop'], degraded: [] }

describe('HEALTH_PORT', function () {
  this.timeout(120_000)
  let server: TestServer | undefined
  afterEach(async () => {
    await server?.close()
    server = undefined
  })

  async function start(variables: Readonly<Record<string, string>> = {}): Promise<string> {
    server = await startTestServer({ HEALTH_PORT: '0', ...variables })
    return `http://127.0.0.1:${portOf(server)}`
  }
  const portOf = ({ logged }: TestServer): number => {
    const lines = logged.map((line) => JSON.parse(line) as { readonly msg: string; readonly port: number })
    return lines.find(({ msg }) => msg === 'serving health checks')?.port ?? expect.fail('no port was logged')
  }

  it('answers like the main port, to GET and HEAD and nothing else', async () => {
    const origin = await start()
    for (const path of ['/livez', '/readyz', '/readyz?verbose']) {
      const main = await fetch(`${server?.origin ?? ''}${path}`)
      const reply = await fetch(`${origin}${path}`)
      expect([reply.status, await reply.text()]).to.deep.equal([main.status, await main.text()])
      for (const name of ['content-type', 'x-content-type-options', 'referrer-policy', 'x-frame-options']) {
        expect(reply.headers.get(name)?.toLowerCase(), name).to.equal(main.headers.get(name)?.toLowerCase())
      }
      expect(reply.headers.get('cache-control')).to.equal('no-store')
      expect(reply.headers.get('content-security-policy')).to.contain("default-src 'none'")
      const head = await fetch(`${origin}${path}`, { method: 'HEAD' })
      expect([head.status, await head.text()]).to.deep.equal([200, ''])
      expect((await fetch(`${origin}${path}`, { method: 'POST', body: 'x' })).status).to.equal(405)
    }
    expect((await fetch(`${origin}/v1/auth/me`)).status).to.equal(404)
    expect((await fetch(`${origin}/constructor`)).status).to.equal(404)
  })

  it('answers while the event loop is blocked, and /readyz names what is blocked', async () => {
    const origin = await start()
    expect(answerWhileBlocked(`${origin}/livez`)).to.deep.equal({ status: 200, body: ok })
    expect(answerWhileBlocked(`${origin}/readyz`)).to.deep.equal({ status: 503, body: stalled })
    const after = await fetch(`${origin}/readyz`)
    expect([after.status, await after.json()]).to.deep.equal([200, ok])
  })

  it('fails /livez once the event loop has not run for too long, until it runs again', async () => {
    const readHealth = () => Promise.resolve({ failing: [], degraded: [] })
    const log = pino({ level: 'silent' })
    const listener = await startHealthListener({ host: '127.0.0.1', port: 0, readHealth, log, stallMs: 3000 })
    const url = `http://127.0.0.1:${listener.port}/livez`
    expect(answerWhileBlocked(url, 503)).to.deep.equal({ status: 503, body: stalled })
    let status = 503
    while (status !== 200) ({ status } = await fetch(url))
    await listener.close()
  })

  it('relays what fails by its name', async () => {
    const readHealth = () => Promise.resolve({ failing: ['database'], degraded: ['storage'] })
    const log = pino({ level: 'silent' })
    const listener = await startHealthListener({ host: '127.0.0.1', port: 0, readHealth, log })
    const reply = await fetch(`http://127.0.0.1:${listener.port}/readyz`)
    await listener.close()
    expect([reply.status, await reply.json(), reply.headers.get('retry-after')]).to.deep.equal([
      503,
      { status: 'failing', failing: ['database'], degraded: ['storage'] },
      '5',
    ])
  })

  it('reports draining while the server stops, and is closed with it', async () => {
    const origin = await start({ SHUTDOWN_GRACE_SECONDS: '60' })
    const running = server ?? expect.fail()
    const ada = await running.signedIn('ada')
    const bytes = soundOf(0, 12 * 1024 ** 2)
    const path = (await ada.upload(bytes, 'sound.wav')).headers.get('location') ?? expect.fail()
    const reader = await (await CheckingReader.connect(running.origin, ada)).ask({ path, bytes })
    const closing = running.close()
    server = undefined
    const ready = await fetch(`${origin}/readyz`)
    expect([ready.status, await ready.json()]).to.deep.equal([
      503,
      { status: 'failing', failing: ['draining'], degraded: [] },
    ])
    expect((await fetch(`${origin}/livez`)).status).to.equal(200)
    expect((await reader.take()).isWhole).to.equal(true)
    await closing
    expect(await fetch(`${origin}/livez`).catch(() => 'closed')).to.equal('closed')
  })

  it('names a port that is taken, and leaves nothing running', async () => {
    const other = net.createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    const failure = await startTestServer({ HEALTH_PORT: port.toString(), METRICS_PORT: '0' }).catch(
      (error: unknown) => error as Error,
    )
    other.close()
    expect(failure).to.be.instanceOf(Error)
    expect((failure as Error).message).to.equal(
      `Cannot serve health checks on 127.0.0.1:${port}: set HEALTH_PORT to a free port`,
    )
    expect(((failure as Error).cause as Error).message).to.contain('EADDRINUSE')
  })

  it('does not keep a process alive', async () => {
    const module = new URL('../health/start-health-listener.ts', import.meta.url).href
    const script = `
      import { startHealthListener } from '${module}'
      const readHealth = async () => ({ failing: [], degraded: [] })
      await startHealthListener({ host: '127.0.0.1', port: 0, readHealth, log: console })
      console.log('listening')`
    const args = [
      '--import',
      'tsx',
      '--conditions=@audiohost/source',
      '--input-type=module',
      '--eval',
      script,
    ]
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    expect(await text(child.stdout)).to.equal('listening\n')
  })
})
