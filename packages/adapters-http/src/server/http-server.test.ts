import { once } from 'node:events'
import { expect } from 'chai'
import type Koa from 'koa'
import { buffer } from 'node:stream/consumers'
import type { HttpServerOptions } from './http-server.ts'
import { listening, type Listening } from '../testing/listening.ts'
import { exchange, RawConnection, type RawReply } from '../testing/raw-connection.ts'

/** All that came of the body; a body that breaks off is no fault of the app. */
const bodyOf = (ctx: Koa.Context): Promise<Buffer> => buffer(ctx.req).catch(() => Buffer.alloc(0))

describe('createHttpServer', () => {
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
      ctx.body = { path: ctx.path, read: (await bodyOf(ctx)).length }
    }
    await open()
  })

  afterEach(async () => {
    await server.close(0)
    expect(server.errors).to.deep.equal([])
  })

  function expectProblem(reply: RawReply, status: number, code: string): void {
    expect(reply.status, reply.body).to.equal(status)
    expect(reply.headers['content-type']).to.equal('application/problem+json')
    expect(reply.headers.connection).to.equal('close')
    expect(reply.headers['x-content-type-options']).to.equal('nosniff')
    expect(reply.headers['cache-control']).to.equal('no-store')
    expect(reply.headers).to.have.property('date')
    const problem = JSON.parse(reply.body) as Record<string, unknown>
    expect(problem).to.include({
      status,
      code,
      type: `/problems/${code}`,
      request_id: reply.headers['x-request-id'],
    })
    expect(problem.request_id).to.match(/^[0-9a-f-]{36}$/)
    expect(problem.instance).to.equal(`urn:uuid:${String(problem.request_id)}`)
    expect(reply.body).to.not.match(/HPE_|llhttp|node:|\bat /)
    expect(refusals).to.deep.equal([`${status} ${code}`])
  }

  describe('of what is not well-formed', () => {
    const chunked = 'Transfer-Encoding: chunked\r\n'
    const cases: readonly (readonly [string, string])[] = [
      ['garbage', '\x16\x03\x01\x02\x00\x01\r\n\r\n'],
      ['an unknown method', 'BREW / HTTP/1.1\r\nHost: a\r\n\r\n'],
      ['no path', 'GET HTTP/1.1\r\nHost: a\r\n\r\n'],
      ['another protocol', 'GET / SPDY/3\r\nHost: a\r\n\r\n'],
      ['a header without a colon', 'GET / HTTP/1.1\r\nHost: a\r\nnonsense\r\n\r\n'],
      ['a space before the colon', 'GET / HTTP/1.1\r\nHost : a\r\n\r\n'],
      ['a folded header', 'GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n'],
      ['a NUL in a header', 'GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n'],
      ['a length and chunks', `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n${chunked}\r\n0\r\n\r\n`],
      ['chunks and a length', `POST / HTTP/1.1\r\nHost: a\r\n${chunked}Content-Length: 4\r\n\r\n0\r\n\r\n`],
      ['two lengths', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcde'],
      ['a length that is no number', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4,5\r\n\r\nabcde'],
      ['a negative length', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n'],
      ['a length with a sign', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +4\r\n\r\nabcd'],
      [
        'chunks that are not the last coding',
        'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, gzip\r\n\r\n',
      ],
      ['a chunk without a length', `POST / HTTP/1.1\r\nHost: a\r\n${chunked}\r\nxyz\r\n`],
      ['a chunk longer than it says', `POST / HTTP/1.1\r\nHost: a\r\n${chunked}\r\n3\r\nabcd\r\n0\r\n\r\n`],
      ['a line feed alone in the headers', 'GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n'],
      ['no Host', 'GET / HTTP/1.1\r\n\r\n'],
      ['two Hosts', 'GET / HTTP/1.1\r\nHost: a\r\nhost: b\r\n\r\n'],
      ['a Host with a path', 'GET / HTTP/1.1\r\nHost: a/b\r\n\r\n'],
      ['a Host with a user', 'GET / HTTP/1.1\r\nHost: user@a\r\n\r\n'],
      ['a Host with a space', 'GET / HTTP/1.1\r\nHost: a b\r\n\r\n'],
      ['chunks in HTTP/1.0', `POST / HTTP/1.0\r\nHost: a\r\n${chunked}\r\n0\r\n\r\n`],
      [
        'chunks in HTTP/1.0 that asks to keep the connection',
        `POST / HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n${chunked}\r\n0\r\n\r\nGET /x HTTP/1.0\r\n\r\n`,
      ],
      ['chunks twice', 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n'],
      ['chunks in two lines', `POST / HTTP/1.1\r\nHost: a\r\n${chunked}${chunked}\r\n0\r\n\r\n`],
      ['an empty transfer coding', 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\r\n\r\n'],
    ]
    for (const [name, request] of cases) {
      it(`refuses ${name} with a problem`, async () => {
        expectProblem(await exchange(server.port, Buffer.from(request, 'latin1')), 400, 'malformed_request')
      })
    }

    const codings = [
      'gzip',
      'identity',
      'gzip, chunked',
      'identity, chunked',
      'gzip\r\nTransfer-Encoding: chunked',
    ]
    for (const coding of codings) {
      it(`rejects the transfer coding ${JSON.stringify(coding)} and ignores what follows`, async () => {
        const request = `POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: ${coding}\r\n\r\n0\r\n\r\n`
        const reply = await exchange(server.port, `${request}GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n`)
        expectProblem(reply, 501, 'transfer_coding_not_supported')
      })
    }

    for (const coding of ['chunked', 'CHUNKED']) {
      it(`accepts the transfer coding ${coding}`, async () => {
        const head = `POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: ${coding}\r\n\r\n`
        const reply = await exchange(server.port, `${head}3\r\nabc\r\n0\r\n\r\n`)
        expect(JSON.parse(reply.body)).to.include({ read: 3 })
      })
    }

    const versions: readonly string[] = [
      'GET / HTTP/2.0\r\nHost: a\r\n\r\n',
      'GET / HTTP/3.0\r\nHost: a\r\n\r\n',
      'GET / HTTP/1.2\r\nHost: a\r\n\r\n',
      'GET / HTTP/0.9\r\nHost: a\r\n\r\n',
      'GET / HTTP/2\r\nHost: a\r\n\r\n',
      'GET /\r\n\r\n',
      'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    ]
    for (const request of versions) {
      it(`rejects the version of ${JSON.stringify(request.split('\r\n')[0])}`, async () => {
        expectProblem(await exchange(server.port, request), 505, 'http_version_not_supported')
      })
    }

    it('refuses headers of more than 16 KB, also of a client that sends a megabyte before it reads', async () => {
      const request = `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(1_000_000)}\r\n\r\n`
      expectProblem(await exchange(server.port, request), 431, 'headers_too_large')
    })

    it('refuses a target of more than 16 KB', async () => {
      expectProblem(
        await exchange(server.port, `GET /${'x'.repeat(20_000)} HTTP/1.1\r\nHost: a\r\n\r\n`),
        431,
        'headers_too_large',
      )
    })

    it('refuses CONNECT', async () => {
      const reply = await exchange(
        server.port,
        'CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example\r\n\r\n',
      )
      expectProblem(reply, 405, 'method_not_allowed')
      expect(reply.headers.allow).to.include('GET')
    })

    it('refuses expectations that it does not know', async () => {
      const reply = await exchange(
        server.port,
        'POST / HTTP/1.1\r\nHost: a\r\nExpect: tea\r\nContent-Length: 1\r\n\r\na',
      )
      expectProblem(reply, 417, 'expectation_failed')
    })

    it('survives 2000 requests of random bytes and goes on', async () => {
      let seed = 1
      const random = (below: number): number => (seed = (seed * 48271) % 2147483647) % below
      const words = [
        'GET',
        ' ',
        '/',
        'HTTP/1.1',
        '\r\n',
        '\n',
        'Host: a',
        ':',
        '__proto__: x',
        '\0',
        'é',
        '\r\n\r\n',
        'Content-Length: 5',
        chunked,
      ]
      for (let batch = 0; batch < 100; batch++) {
        await Promise.all(
          Array.from({ length: 20 }, async () => {
            const text = Array.from({ length: random(12) }, () => words[random(words.length)]).join('')
            const connection = await RawConnection.open(server.port)
            connection.socket.end(text)
            await connection.closed()
            expect(connection.received.toString()).to.not.match(/^HTTP\/1.1 5/)
          }),
        )
      }
      expect(
        (await exchange(server.port, 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')).status,
      ).to.equal(200)
    })
  })

  describe('of what is well-formed but rare', () => {
    const cases: readonly (readonly [string, string, string])[] = [
      ['HTTP/1.0 without Host', 'GET /x HTTP/1.0\r\n\r\n', '/x'],
      [
        'a target in absolute form',
        'GET http://evil.example/x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
        '/x',
      ],
      [
        'an upgrade that is not wanted',
        'GET /x HTTP/1.1\r\nHost: a\r\nConnection: close, upgrade\r\nUpgrade: websocket\r\n\r\n',
        '/x',
      ],
      ['TRACE', 'TRACE /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n', '/x'],
      [
        'a header named as a prototype',
        'GET /x HTTP/1.1\r\nHost: a\r\n__proto__: x\r\nConnection: close\r\n\r\n',
        '/x',
      ],
    ]
    for (const [name, request, path] of cases) {
      it(`leaves ${name} to the app`, async () => {
        const reply = await exchange(server.port, request)
        expect(reply.status).to.equal(200)
        expect(JSON.parse(reply.body)).to.include({ path })
      })
    }

    it('answers a good request before it ends the connection for what came behind it', async () => {
      let proceed: () => void = () => undefined
      const answering = new Promise<void>((resolve) => (proceed = resolve))
      handle = async (ctx) => {
        await answering
        ctx.body = 'the reply'
      }
      const connection = await RawConnection.open(server.port)
      await connection.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
      await connection.send('garbage\r\n\r\n')
      await once(server.server, 'clientError')
      proceed()
      await connection.closed()
      expect(connection.received.toString()).to.match(/^HTTP\/1.1 200 OK\r\n.*the reply$/s)
    })

    it('never writes a refusal into a reply that has begun', async () => {
      handle = async (ctx) => {
        ctx.respond = false
        ctx.res.writeHead(200, { 'Content-Length': '100' })
        ctx.res.write('begun')
      }
      const connection = await RawConnection.open(server.port)
      await connection.send('POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n')
      await connection.until((received) => received.includes('begun'))
      await connection.send('garbage')
      await connection.closed()
      expect(connection.received.toString()).to.match(/begun$/)
    })
  })
})
