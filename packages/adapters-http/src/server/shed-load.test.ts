import { PassThrough } from 'node:stream'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect } from 'chai'
import type Koa from 'koa'
import { listening, type Listening } from '../testing/listening.ts'
import { parseReply, RawConnection, type RawReply } from '../testing/raw-connection.ts'
import type { HttpServerOptions } from './http-server.ts'

/** Times `crowd` it is more than twice what a request may wait for. */
const workMs = 10
const crowd = 100
const head = '\r\nHost: a\r\n'

/** As a request that needs the processor for so long. */
function occupyEventLoop(ms: number): void {
  const end = performance.now() + ms
  while (performance.now() < end);
}

describe('createHttpServer under overload', function () {
  this.timeout(30_000)
  let server: Listening
  let connections: RawConnection[]
  let download: PassThrough
  /** Whether the server had stopped to read the connection of each request that it shed. */
  let restsAfterShedding: boolean[]

  async function handle(ctx: Koa.Context): Promise<void> {
    if (ctx.path === '/download') {
      ctx.length = 8
      ctx.body = download
      return
    }
    if (ctx.path === '/work') occupyEventLoop(workMs)
    ctx.body = 'served\n'
  }

  async function open(options: HttpServerOptions = {}): Promise<void> {
    server = await listening(handle, options)
    server.server.on('request', ({ socket }, res) => {
      res.once('finish', () => {
        if (res.statusCode === 503) restsAfterShedding.push(socket.isPaused())
      })
    })
  }

  beforeEach(() => {
    connections = []
    restsAfterShedding = []
    download = new PassThrough()
  })
  afterEach(async () => {
    for (const { socket } of connections) socket.destroy()
    await server.close(0)
    expect(server.faults()).to.deep.equal([])
  })

  async function connect(count: number): Promise<readonly RawConnection[]> {
    const opened = await Promise.all(Array.from({ length: count }, () => RawConnection.open(server.port)))
    connections.push(...opened)
    // The system connects clients before the server accepts them, which it does one by one.
    while (server.connections.count < connections.length) await nextTurn()
    return opened
  }

  /** Sends all requests before any can be answered. */
  async function send(requests: readonly string[]): Promise<readonly RawReply[]> {
    const opened = await connect(requests.length)
    requests.forEach((request, index) => void opened[index]?.send(request))
    return Promise.all(opened.map((connection) => connection.reply()))
  }

  const work = (headers = ''): string => `GET /work HTTP/1.1${head}${headers}\r\n`
  const crowdOf = (request: string): string[] => Array.from({ length: crowd }, () => request)
  const shedOf = (replies: readonly RawReply[]): readonly RawReply[] =>
    replies.filter(({ status }) => status === 503)

  it('serves some and answers the others with a complete problem', async () => {
    await open({ publicUrl: new URL('https://example.org/audio') })
    const replies = await send(crowdOf(work()))
    const shed = shedOf(replies)
    expect(shed.length).to.be.within(1, crowd - 1)
    expect(server.load.shedRequests).to.equal(shed.length)
    expect(replies.filter(({ status, body }) => status === 200 && body === 'served\n')).to.have.length(
      crowd - shed.length,
    )
    for (const { headers, body } of shed) {
      expect(headers).to.include({
        'content-type': 'application/problem+json',
        'retry-after': '1',
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'x-frame-options': 'DENY',
        'cross-origin-resource-policy': 'same-origin',
        'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
        connection: 'keep-alive',
      })
      const problem = JSON.parse(body) as Record<string, unknown>
      expect(problem).to.include({
        status: 503,
        code: 'too_busy',
        type: '/audio/problems/too_busy',
        request_id: headers['x-request-id'],
      })
      expect(problem.request_id).to.match(/^[0-9a-f-]{36}$/)
    }
    expect(new Set(shed.map(({ headers }) => headers['x-request-id'])).size).to.equal(shed.length)
  })

  it('keeps the connection of a shed request, rests before it reads more, and serves it then', async () => {
    await open()
    await send(crowdOf(work()))
    const connection = connections.find(({ received }) => received.includes(' 503 ')) ?? expect.fail()
    expect(restsAfterShedding).to.not.be.empty.and.to.not.include(false)
    const before = connection.received.length
    await connection.send(`GET /again HTTP/1.1${head}\r\n`)
    await connection.until((received) => received.length > before && received.includes('served'))
    expect(parseReply(connection.received.subarray(before)).status).to.equal(200)
  })

  it('closes the connection of a shed request that asks for it', async () => {
    await open()
    await send(crowdOf(work('Connection: close\r\n')))
    const shed = connections.filter(({ received }) => received.includes(' 503 '))
    expect(shed).to.not.deep.equal([])
    for (const connection of shed) {
      await connection.closed()
      expect(parseReply(connection.received).headers.connection).to.equal('close')
    }
  })

  it('answers monitors, which arrive last, whatever else is shed', async () => {
    await open()
    const paths = ['/livez', '/readyz', '/metrics', '/audio/livez', '/readyz?verbose']
    const monitors = paths.map((path) => `GET ${path} HTTP/1.1${head}\r\n`)
    const replies = await send([...crowdOf(work()), ...monitors, `GET /livezz HTTP/1.1${head}\r\n`])
    expect(replies.slice(crowd).map(({ status }) => status)).to.deep.equal([...paths.map(() => 200), 503])
  })

  it('goes on with a download that has begun', async () => {
    await open()
    const [reader = expect.fail()] = await connect(1)
    download.write('half')
    await reader.send(`GET /download HTTP/1.1${head}\r\n`)
    await reader.until((received) => received.includes('half'))
    expect(shedOf(await send(crowdOf(work())))).to.not.deep.equal([])
    download.end('-end')
    expect((await reader.reply()).body).to.equal('half-end')
  })

  it('counts the clients of a trusted proxy one by one, and goes on reading its connections', async () => {
    await open({ trustedProxies: ['loopback'] })
    const from = (address: string): string => work(`X-Forwarded-For: ${address}\r\n`)
    const replies = await send([...crowdOf(from('203.0.113.1')), from('203.0.113.2'), from('2001:db8::1')])
    expect(shedOf(replies)).to.not.deep.equal([])
    expect(replies.slice(crowd).map(({ status }) => status)).to.deep.equal([200, 200])
    expect(restsAfterShedding).to.not.be.empty.and.to.not.include(true)
  })

  it('does not believe the addresses that other clients send', async () => {
    await open()
    const replies = await send([...crowdOf(work()), work('X-Forwarded-For: 203.0.113.2\r\n')])
    expect(replies.at(-1)?.status).to.equal(503)
  })
})
