import { once } from 'node:events'
import net from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'chai'
import type Koa from 'koa'
import { addressBlockReader } from '../client-address.ts'
import { listening, type Listening } from '../testing/listening.ts'
import { exchange, RawConnection } from '../testing/raw-connection.ts'
import type { HttpServerOptions } from './http-server.ts'

const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`

describe('OpenConnections', () => {
  let server: Listening
  let handle: (ctx: Koa.Context) => Promise<void>
  const opened: RawConnection[] = []

  async function start(options: HttpServerOptions): Promise<void> {
    handle = async (ctx) => {
      ctx.body = ctx.path
    }
    server = await listening((ctx) => handle(ctx), options)
  }

  afterEach(async () => {
    for (const { socket } of opened.splice(0)) socket.destroy()
    await server.close(0)
  })

  async function connect(localAddress = '127.0.0.1'): Promise<RawConnection> {
    const socket = net.connect({ port: server.port, host: '127.0.0.1', localAddress, allowHalfOpen: true })
    await once(socket, 'connect')
    const connection = new RawConnection(socket)
    opened.push(connection)
    return connection
  }

  async function connectMany(count: number, localAddress?: string): Promise<RawConnection[]> {
    const connections: RawConnection[] = []
    for (let each = 0; each < count; each++) connections.push(await connect(localAddress))
    return connections
  }

  const isOpen = ({ socket }: RawConnection): boolean => !socket.readableEnded && !socket.destroyed

  /** The server has noticed all connections, and their clients the end of those that it closed. */
  async function settled(accepted: number): Promise<void> {
    const { connections } = server
    while (connections.count + connections.closedIdle + connections.refused < accepted) await delay(5)
    await new Promise((resolve) => setImmediate(resolve))
    while (opened.filter(isOpen).length > connections.count) await delay(5)
  }

  it('closes the longest idle connections of an address at its limit, silent ones included', async () => {
    await start({ maxConnectionsPerAddress: 10 })
    const silent = await connectMany(30)
    await settled(30)
    expect(server.connections).to.include({ count: 10, closedIdle: 20, refused: 0 })
    expect(silent.map(isOpen)).to.deep.equal(silent.map((_, index) => index >= 20))
  })

  it('serves an address that holds as many silent connections as it may, again and again', async () => {
    await start({ maxConnectionsPerAddress: 10 })
    await connectMany(10)
    for (let round = 0; round < 20; round++) {
      await connect()
      const reply = await exchange(
        server.port,
        get('/livez').replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'),
      )
      expect(reply.status).to.equal(200)
    }
  })

  it('counts the idle time of a used connection from its last reply', async () => {
    await start({ maxConnectionsPerAddress: 2 })
    const [first, second] = (await connectMany(2)) as [RawConnection, RawConnection]
    for (const connection of [second, first]) {
      await connection.send(get('/'))
      await connection.reply()
    }
    await connect()
    await settled(3)
    expect([first, second].map(isOpen)).to.deep.equal([true, false])
  })

  it('never closes a connection with a request under way, or with a part of one', async () => {
    await start({ maxConnectionsPerAddress: 3 })
    let proceed: () => void = () => undefined
    const answering = new Promise<void>((resolve) => (proceed = resolve))
    const arrived = new Promise<void>((resolve) => {
      handle = async (ctx) => {
        resolve()
        await answering
        ctx.body = ctx.path
      }
    })
    const busy = await connect()
    await busy.send(get('/busy'))
    await arrived
    const accepted = once(server.server, 'connection')
    const partial = await connect()
    const [begun] = (await accepted) as [net.Socket]
    await partial.send('GET /partial HTTP/1.1\r\n')
    while (begun.bytesRead === 0) await delay(5)
    await connectMany(10)
    await settled(12)
    expect(server.connections.closedIdle).to.equal(9)
    proceed()
    await partial.send('Host: a\r\n\r\n')
    expect((await busy.reply()).body).to.equal('/busy')
    expect((await partial.reply()).body).to.equal('/partial')
  })

  it('rejects a new connection with a problem if no other is idle', async () => {
    await start({ maxConnectionsPerAddress: 2, trustedProxies: [] })
    let proceed: () => void = () => undefined
    const answering = new Promise<void>((resolve) => (proceed = resolve))
    let arrived = 0
    handle = async (ctx) => {
      arrived++
      await answering
      ctx.body = ctx.path
    }
    const busy = await connectMany(2)
    for (const connection of busy) await connection.send(get('/busy'))
    while (arrived < 2) await delay(5)
    const reply = await (await connect()).reply()
    expect(reply.status).to.equal(503)
    expect(reply.headers).to.include({ connection: 'close', 'retry-after': '5' })
    expect(JSON.parse(reply.body)).to.include({ code: 'too_busy', status: 503 })
    expect(server.connections).to.include({ count: 2, refused: 1 })
    proceed()
    for (const connection of busy) expect((await connection.reply()).body).to.equal('/busy')
  })

  it('leaves other addresses alone', async function () {
    // Other systems have to be given the second loopback address first.
    if (process.platform !== 'linux') this.skip()
    await start({ maxConnectionsPerAddress: 5 })
    const others = await connectMany(5, '127.0.0.2')
    await connectMany(20)
    await settled(25)
    expect(server.connections.count).to.equal(10)
    expect(others.every(isOpen)).to.equal(true)
  })

  it('limits all connections together, those of trusted proxies included', async () => {
    await start({ maxConnections: 8, maxConnectionsPerAddress: 2, trustedProxies: ['loopback'] })
    const proxied = await connectMany(12)
    await settled(12)
    expect(server.connections).to.include({ count: 8, closedIdle: 4 })
    expect(proxied.map(isOpen)).to.deep.equal(proxied.map((_, index) => index >= 4))
  })
})

describe('addressBlockReader', () => {
  const blockOf = addressBlockReader(['10.0.0.0/8', '2001:db8:ffff::/48'])
  const cases: readonly (readonly [string | undefined, string | undefined])[] = [
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::ffff:c000:201', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::', '2001:db8:1:2::/64'],
    ['2001:db8:1:3::1', '2001:db8:1:3::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['10.1.2.3', undefined],
    ['::ffff:10.1.2.3', undefined],
    ['2001:db8:ffff::1', undefined],
    [undefined, undefined],
  ]
  for (const [address, block] of cases) {
    it(`maps ${String(address)} to ${String(block)}`, () => {
      expect(blockOf(address)).to.equal(block)
    })
  }
})
