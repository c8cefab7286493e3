import { once } from 'node:events'
import { buffer } from 'node:stream/consumers'
import { expect } from 'chai'
import type Koa from 'koa'
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

  beforeEach(async () => {
    begun = []
    underWay = 0
    mostUnderWay = 0
    handle = async (ctx) => {
      await new Promise(setImmediate)
      ctx.body = `(${ctx.path})`
    }
    server = await listening(async (ctx) => {
      begun.push(ctx.path)
      mostUnderWay = Math.max(mostUnderWay, ++underWay)
      await handle(ctx)
      underWay--
    })
  })

  afterEach(async () => {
    await server.close(0)
    expect(server.faults()).to.deep.equal([])
  })

  const bodiesOf = ({ received }: RawConnection): readonly string[] =>
    received.toString().match(/\(.*?\)/g) ?? []
  const paths = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => `/${index}`)

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

  it('are answered, each of them, before what is malformed behind them ends the connection', async () => {
    let proceed: () => void = () => undefined
    const answering = new Promise<void>((resolve) => (proceed = resolve))
    handle = async (ctx) => {
      await answering
      ctx.body = `(${ctx.path})`
    }
    const connection = await RawConnection.open(server.port)
    const refused = once(server.server, 'clientError')
    await connection.send(`${get('/one')}${get('/two')}${get('/three')}garbage\r\n\r\n`)
    await refused
    proceed()
    await connection.closed()
    expect(bodiesOf(connection)).to.deep.equal(['(/one)', '(/two)', '(/three)'])
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
