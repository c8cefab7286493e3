import { once } from 'node:events'
import { buffer } from 'node:stream/consumers'
import { expect } from 'chai'
import type Koa from 'koa'
import type { HttpServerOptions } from './http-server.ts'
import { listening, type Listening } from '../testing/listening.ts'
import { RawConnection } from '../testing/raw-connection.ts'

const get = (path: string, headers = ''): string => `GET ${path} HTTP/1.1\r\nHost: a\r\n${headers}\r\n`
const close = 'Connection: close\r\n'

describe('requests that a client sends ahead of their replies', () => {
  let server: Listening
  let handle: (ctx: Koa.Context) => Promise<void>
  /** The paths, in the order in which they were begun. */
  let begun: string[]
  let underWay: number
  let mostUnderWay: number

  async function open(options: HttpServerOptions = {}): Promise<void> {
    server = await listening(async (ctx) => {
      begun.push(ctx.path)
      mostUnderWay = Math.max(mostUnderWay, ++underWay)
      await handle(ctx)
      underWay--
    }, options)
  }

  beforeEach(async () => {
    begun = []
    underWay = 0
    mostUnderWay = 0
    handle = async (ctx) => {
      await new Promise(setImmediate)
      ctx.body = `(${ctx.path})`
    }
    await open()
  })

  afterEach(async () => {
    await server.close(0)
    expect(server.faults()).to.deep.equal([])
  })

  const bodiesOf = ({ received }: RawConnection): readonly string[] =>
    received.toString().match(/\(.*?\)/g) ?? []
  const statusesOf = ({ received }: RawConnection): readonly string[] =>
    [...received.toString().matchAll(/HTTP\/1.1 (\d+)/g)].map(([, status = '']) => status)
  const paths = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => `/${index}`)

  /** The first reply waits for the call; that to `/last` ends the connection. */
  function holdFirst(): () => void {
    let proceed: () => void = () => undefined
    const answering = new Promise<void>((resolve) => (proceed = resolve))
    handle = async (ctx) => {
      await answering
      if (ctx.path === '/last') ctx.set('Connection', 'close')
      ctx.body = `(${ctx.path})`
    }
    return () => {
      proceed()
    }
  }

  it('are handled one after another, in their order', async () => {
    const connection = await RawConnection.open(server.port)
    await connection.send([...paths(100).map((path) => get(path)), get('/last', close)].join(''))
    await connection.closed()
    expect(bodiesOf(connection)).to.deep.equal([...paths(100), '/last'].map((path) => `(${path})`))
    expect(mostUnderWay).to.equal(1)
  })

  it('may have bodies', async () => {
    handle = async (ctx) => {
      ctx.body = `(${(await buffer(ctx.req)).toString()})`
    }
    const post = (body: string): string =>
      `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n${body}`
    const connection = await RawConnection.open(server.port)
    const bodies = paths(50).map((path) => path.repeat(5000))
    await connection.send(bodies.map(post).join('') + get('/', close))
    await connection.closed()
    expect(bodiesOf(connection)).to.deep.equal([...bodies, ''].map((body) => `(${body})`))
  })

  it('are handled no more once the client has left', async () => {
    const left = new Promise<void>((resolve) => {
      handle = async (ctx) => {
        connection.socket.resetAndDestroy()
        await once(ctx.res, 'close')
        resolve()
      }
    })
    const connection = await RawConnection.open(server.port)
    await connection.send(
      paths(10)
        .map((path) => get(path))
        .join(''),
    )
    await left
    await server.close(10_000)
    expect(begun).to.deep.equal(['/0'])
    expect(underWay).to.equal(0)
  })

  it('are handled no more behind a reply that ends the connection', async () => {
    handle = async (ctx) => {
      if (ctx.path === '/two') ctx.set('Connection', 'close')
      ctx.body = `(${ctx.path})`
    }
    const connection = await RawConnection.open(server.port)
    await connection.send(get('/one') + get('/two') + get('/three'))
    await connection.closed()
    expect(bodiesOf(connection)).to.deep.equal(['(/one)', '(/two)'])
    expect(begun).to.deep.equal(['/one', '/two'])
  })

  it('are refused in their turn where they expect what we cannot meet, and end the connection', async () => {
    const connection = await RawConnection.open(server.port)
    await connection.send(get('/one') + get('/two', 'Expect: tea\r\n') + get('/three'))
    await connection.closed()
    expect(statusesOf(connection)).to.deep.equal(['200', '417'])
    expect(begun).to.deep.equal(['/one'])
  })

  it('are not begun where they come after a reply that ended the connection', async () => {
    handle = async (ctx) => {
      ctx.status = 413
    }
    const connection = await RawConnection.open(server.port)
    const rest = 'x'.repeat(100_000)
    await connection.send('POST /early HTTP/1.1\r\nHost: a\r\nContent-Length: 100001\r\n\r\nx')
    expect((await connection.reply()).headers.connection).to.equal('close')
    await connection.send(`${rest}DELETE /behind HTTP/1.1\r\nHost: a\r\n\r\n${get('/last')}`)
    await connection.closed()
    expect(statusesOf(connection)).to.deep.equal(['413'])
    expect(begun).to.deep.equal(['/early'])
  })

  it('do not cost a client the replies before them, however much it sends before it reads', async () => {
    const proceed = holdFirst()
    const connection = await RawConnection.open(server.port)
    connection.socket.pause()
    await connection.send(
      paths(9)
        .map((path) => get(path))
        .join('') + get('/last'),
    )
    const more = connection.send(get('/more').repeat(300_000))
    proceed()
    await more
    connection.socket.resume()
    await connection.closed()
    expect(bodiesOf(connection)).to.deep.equal([...paths(9), '/last'].map((path) => `(${path})`))
  })

  describe('of which so many wait that no more are read', () => {
    const many = paths(30)
    const half = 'GET /half HTTP/1.1\r\nHost: a\r\n'
    let refusals: string[]
    let proceed: () => void
    let connection: RawConnection

    beforeEach(async () => {
      refusals = []
      await server.close(0)
      await open({ headersTimeoutMs: 100, onRefusal: ({ code }) => refusals.push(code) })
      proceed = holdFirst()
      connection = await RawConnection.open(server.port)
      const isSlow = once(server.server, 'clientError')
      await connection.send(many.map((path) => get(path)).join('') + half)
      await isSlow
    })

    it('are all answered, however long they were not read', async () => {
      await connection.send(`\r\n${get('/last', close)}`)
      proceed()
      await connection.closed()
      expect(bodiesOf(connection)).to.deep.equal([...many, '/half', '/last'].map((path) => `(${path})`))
      expect(refusals).to.deep.equal([])
    })

    it('are given up where the rest of one does not come once they are read again', async () => {
      proceed()
      await connection.closed()
      expect(bodiesOf(connection)).to.deep.equal(many.map((path) => `(${path})`))
      expect(statusesOf(connection).at(-1)).to.equal('408')
      expect(refusals).to.deep.equal(['request_timeout'])
    })
  })

  it('are answered, each of them, before what is malformed behind them ends the connection', async () => {
    const proceed = holdFirst()
    const connection = await RawConnection.open(server.port)
    const refused = once(server.server, 'clientError')
    await connection.send(`${get('/one')}${get('/two')}${get('/three')}garbage\r\n\r\n`)
    await refused
    proceed()
    await connection.closed()
    expect(bodiesOf(connection)).to.deep.equal(['(/one)', '(/two)', '(/three)'])
  })

  it('are told by the last reply that what is malformed behind it ends the connection', async () => {
    handle = async (ctx) => {
      ctx.body = `(${(await buffer(ctx.req)).length})`
    }
    const connection = await RawConnection.open(server.port)
    const body = 'x'.repeat(70_000)
    await connection.send(
      `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n${body}garbage\r\n\r\n`,
    )
    const reply = await connection.reply()
    await connection.closed()
    expect(reply.body).to.equal('(70000)')
    expect(reply.headers.connection).to.equal('close')
  })

  it('are read only as fast as they are answered, and are all answered', async () => {
    const count = 3000
    let read = 0
    let mostWaiting = 0
    server.server.on('request', () => {
      read++
      mostWaiting = Math.max(mostWaiting, read - begun.length)
    })
    handle = async (ctx) => {
      // Long enough for all of them to come, if they were let in.
      if (ctx.path === '/0') for (let turn = 0; turn < 2000; turn++) await new Promise(setImmediate)
      ctx.status = 204
    }
    const connection = await RawConnection.open(server.port)
    const requests = paths(count)
      .map((path) => get(path, `X-Long: ${'x'.repeat(500)}\r\n`))
      .join('')
    void connection.send(requests + get('/last', close))
    await connection.closed()
    expect(begun).to.have.length(count + 1)
    // What the system reads at once, 64 KiB, and a few.
    expect(mostWaiting).to.be.below(400)
  })
})
