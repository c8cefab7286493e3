import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { mkdtemp, readdir, readlink, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'chai'
import type Koa from 'koa'
import { sendContent } from './send-content.ts'
import { listening, type Listening } from '../testing/listening.ts'
import { exchange, RawConnection } from '../testing/raw-connection.ts'

const get = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'

describe('sendContent', () => {
  let server: Listening
  let handle: (ctx: Koa.Context) => Promise<void>

  beforeEach(async () => {
    server = await listening((ctx) => handle(ctx))
  })

  afterEach(async () => {
    await server.close(0)
  })

  function replyWith(open: () => Readable, length: number): void {
    handle = async (ctx) => {
      ctx.status = 200
      ctx.set({
        'Content-Length': length.toString(),
        ETag: '"x"',
        'Repr-Digest': 'x',
        'Content-Type': 'audio/mpeg',
      })
      await sendContent(ctx, open())
    }
  }

  it('keeps the connection for the next request', async () => {
    replyWith(() => Readable.from([Buffer.from('bytes')]), 5)
    const reply = await exchange(
      server.port,
      `${get}${get.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n')}`,
    )
    expect(reply.body.match(/bytes/g)).to.have.length(2)
  })

  it('ends a stream that has nothing to say when its client leaves', async () => {
    const content = new Readable({ read: () => undefined })
    replyWith(() => content, 2000)
    const connection = await RawConnection.open(server.port)
    await connection.send(get)
    content.push('begun')
    await connection.until((received) => received.includes('begun'))
    connection.socket.destroy()
    await once(content, 'close')
    expect(server.faults()).to.deep.equal([])
  })

  describe('of files', () => {
    let folder: string
    let file: string
    const size = 8 * 1024 * 1024

    beforeEach(async () => {
      folder = await mkdtemp(path.join(tmpdir(), 'content-'))
      file = path.join(folder, 'file')
      await writeFile(file, Buffer.alloc(size))
      replyWith(() => createReadStream(file), size)
    })

    afterEach(async () => {
      await rm(folder, { recursive: true })
    })

    async function openHandles(): Promise<number> {
      const names = await readdir('/proc/self/fd')
      const targets = await Promise.all(
        names.map((name) => readlink(`/proc/self/fd/${name}`).catch(() => '')),
      )
      return targets.filter((target) => target === file).length
    }

    async function noHandles(): Promise<void> {
      while ((await openHandles()) > 0) await delay(5)
    }

    it('frees the handle of each of 100 clients that leave, and reports none of them', async () => {
      for (let batch = 0; batch < 10; batch++) {
        const connections = await Promise.all(
          Array.from({ length: 10 }, () => RawConnection.open(server.port)),
        )
        await Promise.all(
          connections.map(async (connection, index) => {
            await connection.send(get)
            if (index % 3 > 0) await once(connection.socket, 'data')
            if (index % 2 === 0) connection.socket.resetAndDestroy()
            else connection.socket.destroy()
          }),
        )
      }
      await noHandles()
      expect(server.faults()).to.deep.equal([])
    })

    it('stops reading for a client that does not, and frees the handle when it gives it up', async () => {
      let read = 0
      handle = async (ctx) => {
        ctx.status = 200
        const content = createReadStream(file)
        content.on('data', (chunk) => (read += chunk.length))
        await sendContent(ctx, Readable.from(repeated(content)), { idleMs: 100 })
      }
      const connection = await RawConnection.open(server.port)
      connection.socket.pause()
      await connection.send(get)
      while (read === 0) await delay(5)
      expect(await openHandles()).to.equal(1)
      await noHandles()
      expect(read).to.be.below(size)
      expect(server.faults()).to.deep.equal([])
      connection.socket.destroy()
    })

    it('frees the handle where the client has left before the reply', async () => {
      let sent: () => void = () => undefined
      const done = new Promise<void>((resolve) => {
        sent = resolve
      })
      handle = async (ctx) => {
        connection.socket.resetAndDestroy()
        await once(ctx.res, 'close')
        await sendContent(ctx, createReadStream(file))
        sent()
      }
      const connection = await RawConnection.open(server.port)
      await connection.send(get)
      await done
      await noHandles()
      expect(server.faults()).to.deep.equal([])
    })
  })

  describe('of streams that fail', () => {
    const fault = Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO' })

    async function* failingAfter(bytes: number): AsyncGenerator<Buffer> {
      if (bytes > 0) yield Buffer.alloc(bytes)
      await delay(10)
      throw fault
    }

    it('cuts the connection, so that a part never looks like the whole, and throws', async () => {
      replyWith(() => Readable.from(failingAfter(1000)), 2000)
      const connection = await RawConnection.open(server.port)
      await connection.send(get)
      await connection.closed()
      expect(connection.received.toString()).to.match(/^HTTP\/1.1 200 .*Content-Length: 2000/s)
      expect(connection.received.toString().split('\r\n\r\n')[1]).to.have.length(1000)
      expect(server.errors).to.deep.equal([fault])
    })

    it('cuts the connection where no length was declared', async () => {
      handle = (ctx) => {
        ctx.status = 200
        return sendContent(ctx, Readable.from(failingAfter(1000)))
      }
      const connection = await RawConnection.open(server.port)
      await connection.send(get)
      await connection.closed()
      expect(connection.received.toString()).to.not.match(/\r\n0\r\n\r\n$/)
    })

    it('lets a refusal be sent before the first byte, without what described the content', async () => {
      replyWith(() => Readable.from(failingAfter(0)), 2000)
      const response = await fetch(`http://127.0.0.1:${server.port}/`)
      expect(response.status).to.equal(500)
      expect(await response.json()).to.include({ code: 'internal_error' })
      expect(response.headers.get('content-type')).to.equal('application/problem+json')
      expect(response.headers.get('etag')).to.equal(null)
      expect(response.headers.get('repr-digest')).to.equal(null)
    })

    it('cuts the connection of a content that is too short', async () => {
      replyWith(() => Readable.from([Buffer.alloc(1000)]), 2000)
      const connection = await RawConnection.open(server.port)
      await connection.send(get)
      await connection.closed()
      expect(server.errors.map(({ message }) => message)).to.deep.equal([
        'The content is shorter than its Content-Length',
      ])
    })

    it('never sends a byte beyond the declared length', async () => {
      replyWith(() => Readable.from([Buffer.alloc(1000), Buffer.alloc(1001)]), 2000)
      const connection = await RawConnection.open(server.port)
      await connection.send(get)
      await connection.closed()
      expect(connection.received.toString().split('\r\n\r\n')[1]?.length ?? 0).to.be.at.most(1000)
      expect(server.errors.map(({ message }) => message)).to.deep.equal([
        'The content is longer than its Content-Length',
      ])
    })
  })
})

/** The file over and over: more than any buffer of the kernel holds. */
async function* repeated(content: Readable): AsyncGenerator<Buffer> {
  for await (const chunk of content as AsyncIterable<Buffer>)
    for (let copy = 0; copy < 100; copy++) yield chunk
}
