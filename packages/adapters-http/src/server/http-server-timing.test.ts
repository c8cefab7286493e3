import { once } from 'node:events'
import net from 'node:net'
import { buffer } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'chai'
import type Koa from 'koa'
import type { HttpServerOptions } from './http-server.ts'
import { listening, type Listening } from '../testing/listening.ts'
import { exchange, parseReply, RawConnection, type RawReply } from '../testing/raw-connection.ts'

describe('createHttpServer, with time', () => {
  let server: Listening
  let handle: (ctx: Koa.Context) => Promise<void>
  let refusals: string[]

  async function open(options: HttpServerOptions = {}): Promise<void> {
    refusals = []
    server = await listening((ctx) => handle(ctx), {
      onRefusal: ({ status, code }) => refusals.push(`${status} ${code}`),
      ...options,
    })
  }

  beforeEach(async () => {
    handle = async (ctx) => {
      ctx.body = ctx.path
    }
    await open()
  })

  afterEach(async () => {
    await server.close(0)
    expect(server.errors).to.deep.equal([])
  })

  function expectProblem(reply: RawReply, status: number, code: string): void {
    expect(reply.status).to.equal(status)
    expect(JSON.parse(reply.body)).to.include({ status, code })
    expect(refusals).to.deep.equal([`${status} ${code}`])
  }

  describe('of clients that are slow', () => {
    it('gives up on headers that do not come', async () => {
      await server.close(0)
      await open({ headersTimeoutMs: 100 })
      const connection = await RawConnection.open(server.port)
      await connection.send('GET / HTTP/1.1\r\nHost: a\r\n')
      expectProblem(await connection.reply(), 408, 'request_timeout')
      await connection.closed()
    })

    it('gives up on a connection that says nothing at all', async () => {
      await server.close(0)
      await open({ headersTimeoutMs: 100 })
      const connection = await RawConnection.open(server.port)
      await connection.closed()
    })

    const bodies: Record<string, string> = {
      'behind a thousand other headers': `${'a:1\r\n'.repeat(1500)}Content-Length: 10\r\n\r\n1`,
      'to come in chunks': 'Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n',
    }
    for (const [how, body] of Object.entries(bodies)) {
      it(`gives up on a body that was declared ${how}`, async () => {
        await server.close(0)
        await open({ bodyDeadlineMs: 100 })
        handle = async (ctx) => {
          await buffer(ctx.req).catch(() => undefined)
        }
        const connection = await RawConnection.open(server.port)
        await connection.send(`POST / HTTP/1.1\r\nHost: a\r\n${body}`)
        expectProblem(await connection.reply(), 408, 'request_timeout')
        await connection.closed()
      })
    }

    it('gives up on a body that does not come, and tells whoever reads it', async () => {
      await server.close(0)
      await open({ bodyDeadlineMs: 100 })
      let readingEnded: (error: unknown) => void = () => undefined
      const ended = new Promise((resolve) => (readingEnded = resolve))
      handle = async (ctx) => {
        await buffer(ctx.req).catch(readingEnded)
      }
      const connection = await RawConnection.open(server.port)
      await connection.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nslow')
      expectProblem(await connection.reply(), 408, 'request_timeout')
      await connection.closed()
      expect(await ended).to.be.instanceOf(Error)
    })

    it('leaves a slow handler alone whose body has come', async () => {
      await server.close(0)
      await open({ bodyDeadlineMs: 20 })
      handle = async (ctx) => {
        await delay(100)
        ctx.body = (await buffer(ctx.req)).toString()
      }
      const reply = await exchange(
        server.port,
        'POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 4\r\n\r\nfast',
      )
      expect(reply.body).to.equal('fast')
    })

    it('closes a connection whose body goes on after the reply', async () => {
      handle = async (ctx) => {
        ctx.status = 401
      }
      const connection = await RawConnection.open(server.port)
      await connection.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nslow')
      expect((await connection.reply()).status).to.equal(401)
      await connection.closed()
    })

    it('keeps a connection whose short body is read after the reply', async () => {
      handle = async (ctx) => {
        ctx.status = 401
      }
      const connection = await RawConnection.open(server.port)
      await connection.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n')
      expect((await connection.reply()).headers.connection).to.equal('keep-alive')
      await connection.send('bodyGET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
      await connection.closed()
      expect(connection.received.toString().match(/HTTP\/1.1 401/g)).to.have.length(2)
    })

    it('lets a client that sends 8 MB before it reads see a refusal that read nothing', async () => {
      handle = async (ctx) => {
        ctx.status = 401
      }
      const connection = await RawConnection.open(server.port)
      // A reset now would destroy the connection with the reply in it.
      connection.socket.pause()
      await connection.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 8000000\r\n\r\n')
      await connection.send(Buffer.alloc(7_900_000))
      connection.socket.resume()
      const reply = await connection.reply()
      expect(reply.status).to.equal(401)
      expect(reply.headers.connection).to.equal('close')
    })

    it('closes a connection whose next request has begun behind one that was refused', async () => {
      handle = async (ctx) => {
        await buffer(ctx.req).catch(() => undefined)
        await delay(10)
        ctx.status = 401
        ctx.set('Connection', 'close')
      }
      const post = (length: number): string =>
        `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${length}\r\n\r\n`
      const connection = await RawConnection.open(server.port)
      await connection.send(`${post(4)}body${post(100)}begun`)
      expect((await connection.reply()).status).to.equal(401)
      // The client keeps its side open.
      await once(connection.socket, 'end')
      await server.quiet()
    })

    it('does not ask for a body that the app refuses without reading it', async () => {
      handle = async (ctx) => {
        ctx.status = 401
      }
      const connection = await RawConnection.open(server.port)
      await connection.send(
        'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\nExpect: 100-continue\r\n\r\n',
      )
      expect((await connection.reply()).status).to.equal(401)
    })
  })

  describe('closing', () => {
    it('finishes a request under way, tells its client to close, and takes no new one', async () => {
      let proceed: () => void = () => undefined
      const answering = new Promise<void>((resolve) => (proceed = resolve))
      const arrived = new Promise<void>((resolve) => {
        handle = async (ctx) => {
          resolve()
          await answering
          ctx.body = 'the reply'
        }
      })
      const connection = await RawConnection.open(server.port)
      await connection.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
      await arrived
      const closing = server.close(5000)
      const late = net.connect(server.port, '127.0.0.1')
      const [error] = (await once(late, 'error')) as [NodeJS.ErrnoException]
      expect(error.code).to.equal('ECONNREFUSED')
      proceed()
      await connection.closed()
      await closing
      expect(connection.received.toString()).to.match(/the reply$/)
    })

    it('closes connections that are idle, or never used, at once', async () => {
      const used = await RawConnection.open(server.port)
      await used.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
      await used.reply()
      const unused = await RawConnection.open(server.port)
      const startedAt = performance.now()
      await Promise.all([server.close(10_000), used.closed(), unused.closed()])
      expect(performance.now() - startedAt).to.be.below(2000)
    })

    it('cuts what takes longer than the grace, and waits for its clean-up', async () => {
      let cleanedUp = false
      const arrived = new Promise<void>((resolve) => {
        handle = async (ctx) => {
          resolve()
          await once(ctx.res, 'close')
          await delay(50)
          cleanedUp = true
        }
      })
      const connection = await RawConnection.open(server.port)
      await connection.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
      await arrived
      await server.close(100)
      expect(cleanedUp).to.equal(true)
      await connection.closed()
      expect(connection.received.length).to.equal(0)
    })

    it('lets a client that reads slowly have the end of its reply', async () => {
      const length = 20_000_000
      const written = new Promise<void>((resolve) => {
        handle = async (ctx) => {
          ctx.body = Buffer.alloc(length)
          setImmediate(resolve)
        }
      })
      const connection = await RawConnection.open(server.port)
      connection.socket.pause()
      await connection.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
      await written
      const closing = server.close(10_000)
      await delay(300)
      connection.socket.resume()
      await connection.closed()
      await closing
      expect(parseReply(connection.received).body).to.have.length(length)
    })

    it('finishes a request that came together with another', async () => {
      let proceed: () => void = () => undefined
      const answering = new Promise<void>((resolve) => (proceed = resolve))
      const second = new Promise<void>((resolve) => {
        handle = async (ctx) => {
          ctx.body = ctx.path
          if (ctx.path !== '/second') return
          resolve()
          await answering
        }
      })
      const connection = await RawConnection.open(server.port)
      await connection.send('GET /first HTTP/1.1\r\nHost: a\r\n\r\nGET /second HTTP/1.1\r\nHost: a\r\n\r\n')
      await second
      const closing = server.close(10_000)
      await delay(300)
      proceed()
      await closing
      await connection.closed()
      expect(connection.received.toString()).to.match(/\/first.*\/second$/s)
    })

    it('answers a request that is on its way on an idle connection', async () => {
      const connection = await RawConnection.open(server.port)
      await connection.send('GET /first HTTP/1.1\r\nHost: a\r\n\r\n')
      await connection.reply()
      const sent = connection.send('GET /second HTTP/1.1\r\nHost: a\r\n\r\n')
      await Promise.all([sent, server.close(10_000), connection.closed()])
      expect(connection.received.toString()).to.match(/\/first.*\/second$/s)
    })

    it('answers a request of which a part has come', async () => {
      const begun = once(server.server, 'connection')
      const connection = await RawConnection.open(server.port)
      await connection.send('GET /late HTTP/1.1\r\n')
      const [socket] = (await begun) as [net.Socket]
      while (socket.bytesRead === 0) await delay(5)
      const closing = server.close(10_000)
      await delay(300)
      await connection.send('Host: a\r\n\r\n')
      await closing
      await connection.closed()
      expect(connection.received.toString()).to.match(/Connection: close\r\n.*\/late$/s)
    })

    it('may be called twice', async () => {
      await Promise.all([server.close(100), server.close(100)])
    })
  })
})
