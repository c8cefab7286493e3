import { once } from 'node:events'
import net from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'chai'
import type { ContentHandle } from '@audiohost/core'
import { isSame, someBytes } from '@audiohost/core/testing'
import type Koa from 'koa'
import { listening, type Listening } from '../testing/listening.ts'
import { parseReply, RawConnection } from '../testing/raw-connection.ts'
import { BytePool } from './byte-pool.ts'
import { totalLength, type Piece } from './pieces.ts'
import { sendPieces } from './send-pieces.ts'

const KiB = 1024
const get = (path = '/', host = 'a'): string => `GET ${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`

describe('sendPieces', () => {
  let server: Listening
  let pool: BytePool
  let held: number
  let idleMs: number
  let handle: (ctx: Koa.Context) => Promise<void>

  beforeEach(async () => {
    pool = new BytePool({ capBytes: 2048 * KiB })
    held = 0
    idleMs = 10_000
    server = await listening((ctx) => handle(ctx))
  })

  afterEach(async () => {
    await server.close(0)
    expect(pool.lentBytes).to.equal(0)
    expect(held).to.equal(0)
  })

  function handleOf(read: ContentHandle['read']): ContentHandle {
    held++
    return { sizeBytes: Infinity, read, release: () => held-- }
  }

  const reading = (bytes: Buffer) =>
    handleOf(async (into, position) => {
      await new Promise(setImmediate)
      return bytes.copy(into, 0, position)
    })

  async function send(ctx: Koa.Context, handle: ContentHandle, pieces: readonly Piece[]): Promise<void> {
    ctx.status = 200
    ctx.set({ 'Content-Length': totalLength(pieces).toString(), ETag: '"x"', 'Content-Type': 'audio/mpeg' })
    await sendPieces(ctx, { handle, pieces }, { pool, idleMs })
  }

  const bodyOf = async (): Promise<Buffer> =>
    Buffer.from(await (await fetch(`http://127.0.0.1:${server.port}/`)).arrayBuffer())

  for (const size of [0, 1, 64 * KiB - 1, 64 * KiB, 64 * KiB + 1, 5_000_000]) {
    it(`sends ${size} bytes as they are`, async () => {
      const bytes = someBytes(size)
      handle = (ctx) => send(ctx, reading(bytes), [{ start: 0, end: size - 1 }])
      expect(isSame(await bodyOf(), bytes)).to.equal(true)
    })
  }

  it('sends texts and ranges in a row', async () => {
    const bytes = someBytes(400_000)
    const [one, other] = [Buffer.from('one'), Buffer.from('other')]
    handle = (ctx) =>
      send(ctx, reading(bytes), [one, { start: 5, end: 300_000 }, other, { start: 0, end: 0 }, one])
    const expected = [one, bytes.subarray(5, 300_001), other, bytes.subarray(0, 1), one]
    expect(isSame(await bodyOf(), Buffer.concat(expected))).to.equal(true)
  })

  it('keeps the connection for the next request', async () => {
    handle = (ctx) => send(ctx, reading(Buffer.from('bytes')), [{ start: 0, end: 4 }])
    const connection = await RawConnection.open(server.port)
    await connection.send(get() + get())
    await connection.until((received) => (received.toString().match(/bytes/g) ?? []).length === 2)
    connection.socket.destroy()
  })

  it('stops reading for a client that does not, and gives it up after a while', async () => {
    let read = 0
    idleMs = 200
    handle = (ctx) =>
      send(
        ctx,
        handleOf(async (into) => {
          read += into.length
          return into.length
        }),
        [{ start: 0, end: 10 ** 10 }],
      )
    const connection = await RawConnection.open(server.port)
    connection.socket.pause()
    await connection.send(get())
    while (read === 0) await delay(5)
    while (held > 0) await delay(5)
    // What the kernel holds of it, at both ends.
    expect(read).to.be.below(64_000_000)
    expect(server.faults()).to.deep.equal([])
    connection.socket.destroy()
  })

  it('gives everything back where the client has left before the reply', async () => {
    const done = new Promise<void>((resolve) => {
      handle = async (ctx) => {
        connection.socket.resetAndDestroy()
        await once(ctx.res, 'close')
        await send(ctx, reading(someBytes(100)), [{ start: 0, end: 99 }])
        resolve()
      }
    })
    const connection = await RawConnection.open(server.port)
    await connection.send(get())
    await done
    expect(server.faults()).to.deep.equal([])
  })

  it('gives everything back where a client has left that asked for a hundred more ahead', async () => {
    handle = (ctx) => send(ctx, reading(someBytes(150_000)), [{ start: 0, end: 149_999 }])
    const connection = await RawConnection.open(server.port)
    await connection.send(get().repeat(100))
    await once(connection.socket, 'data')
    connection.socket.resetAndDestroy()
    await server.close(10_000)
    expect(pool.lentBytes).to.equal(0)
    expect(held).to.equal(0)
    expect(server.faults()).to.deep.equal([])
  })

  describe('of contents that fail', () => {
    const fault = Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO' })
    const failingAt = (failure: number) =>
      handleOf(async (into, position) => {
        if (position + into.length > failure) throw fault
        return into.length
      })

    it('cuts the connection, so that a part never looks like the whole, and throws', async () => {
      handle = (ctx) => send(ctx, failingAt(100_000), [{ start: 0, end: 199_999 }])
      const connection = await RawConnection.open(server.port)
      await connection.send(get())
      await connection.closed()
      const { headers, body } = parseReply(connection.received)
      expect(headers['content-length']).to.equal('200000')
      expect(body).to.have.length(64 * KiB)
      expect(server.errors).to.deep.equal([fault])
    })

    it('lets a refusal be sent before the first byte, without what described the content', async () => {
      handle = (ctx) => send(ctx, failingAt(0), [{ start: 0, end: 199_999 }])
      const response = await fetch(`http://127.0.0.1:${server.port}/`)
      expect(response.status).to.equal(500)
      expect(response.headers.get('etag')).to.equal(null)
      expect(await response.json()).to.include({ code: 'internal_error' })
    })

    it('cuts the connection of a content that is too short', async () => {
      handle = (ctx) => send(ctx, reading(someBytes(150_000)), [{ start: 0, end: 199_999 }])
      const connection = await RawConnection.open(server.port)
      await connection.send(get())
      await connection.closed()
      expect(parseReply(connection.received).body.length).to.be.below(200_000)
      expect(server.errors.map(({ message }) => message)).to.deep.equal([
        'The content is shorter than its Content-Length',
      ])
    })
  })

  describe('of many clients', () => {
    /** A content that tells by each byte whose it is: all of one client's bytes are the same. */
    const patternOf = (path: string): ContentHandle =>
      handleOf(async (into) => {
        await new Promise(setImmediate)
        into.fill(Number(path.slice(1)))
        return into.length
      })

    /** More than the kernel holds of a connection. */
    const bodyBytes = 12_000_000

    /** Reads some of the reply and leaves in one way or the other; returns how many bytes came, all of them right. */
    async function abortAtRandom(pattern: number, random: () => number): Promise<number> {
      const socket = net.connect({ port: server.port, host: '127.0.0.1' })
      socket.on('error', () => undefined)
      socket.write(get(`/${pattern}`))
      try {
        return await readSome(socket, pattern, random)
      } finally {
        if (random() < 0.5) socket.resetAndDestroy()
        else socket.destroy()
      }
    }

    async function readSome(socket: net.Socket, pattern: number, random: () => number): Promise<number> {
      const enough = random() < 0.3 ? bodyBytes : random() * bodyBytes
      let head = ''
      let received = 0
      // Most let the buffers of the kernel fill first, so that writes are under way while others read.
      if (random() < 0.7) await delay(random() * 400)
      for await (const chunk of socket.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
        let bytes = chunk
        if (!head.includes('\r\n\r\n')) {
          head += chunk.toString('latin1')
          bytes = Buffer.from(head.slice(head.indexOf('\r\n\r\n') + 4), 'latin1')
        }
        expect(isSame(bytes, Buffer.alloc(bytes.length, pattern))).to.equal(true)
        received += bytes.length
        if (received >= enough) break
      }
      return received
    }

    it('sends no byte of one to another, while clients leave at every moment', async () => {
      let handling = 0
      handle = async (ctx) => {
        handling++
        await send(ctx, patternOf(ctx.path), [{ start: 0, end: bodyBytes - 1 }])
        handling--
      }
      let seed = 7
      const random = (): number => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647
      let received = 0
      const client = async (pattern: number): Promise<void> => {
        for (let request = 0; request < 3; request++) {
          const bytes = await abortAtRandom(pattern, random)
          received += bytes
        }
      }
      await Promise.all(Array.from({ length: 25 }, (_, index) => client(index + 1)))
      while (handling > 0) await delay(5)
      expect(received).to.be.above(200_000_000)
      expect(server.faults()).to.deep.equal([])
    })
  })
})
