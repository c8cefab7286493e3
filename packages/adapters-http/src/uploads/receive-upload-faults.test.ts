import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'chai'
import fc from 'fast-check'
import { NotAudio } from '@audiohost/core'
import { someBytes } from '@audiohost/core/testing'
import type { HttpServerOptions } from '../server/http-server.ts'
import type { ReceiveUploadOptions } from './receive-upload.ts'
import { fieldPart, filePart, formOf } from '../testing/multipart-form.ts'
import { exchange, RawConnection } from '../testing/raw-connection.ts'
import { codesOf, withLength } from '../testing/upload-requests.ts'
import { limitBytes, refusal, UploadTarget } from '../testing/upload-target.ts'

describe('receiveUpload, with clients that fail', () => {
  let target: UploadTarget

  beforeEach(async () => {
    target = await UploadTarget.open()
  })

  afterEach(async () => {
    await target.server.close(0)
  })

  async function reopen(
    options: Partial<ReceiveUploadOptions>,
    serverOptions: HttpServerOptions = {},
  ): Promise<void> {
    await target.server.close(0)
    target = await UploadTarget.open(options, serverOptions)
  }

  const form = formOf(fieldPart('title', 'a'), filePart(someBytes(200_000)), fieldPart('description', 'b'))
  const fileStart = form.indexOf('\r\n\r\n', form.indexOf('filename')) + 4

  for (const [name, leave] of [
    ['resets the connection', (connection: RawConnection) => connection.socket.resetAndDestroy()],
    ['closes the connection', (connection: RawConnection) => connection.socket.end()],
  ] as const) {
    it(`tells the store of a client that ${name}, at each of 20 points`, async () => {
      for (let part = 0; part < 20; part++) {
        const sent = Math.floor((form.length * part) / 20)
        target.failures.length = 0
        const connection = await RawConnection.open(target.server.port)
        await connection.send(withLength(form.length))
        await connection.send(form.subarray(0, sent))
        const begun = sent > fileStart
        while (begun && target.received.length === 0) await delay(1)
        leave(connection)
        await connection.closed()
        await target.server.quiet()
        expect(codesOf(target.failures), `cut at ${sent}`).to.deep.equal(begun ? ['upload_interrupted'] : [])
        target.received = Buffer.alloc(0)
      }
      expect((await target.post(form)).status).to.equal(200)
    })
  }

  it('tells the store that already has all bytes where the client leaves before the end of the form', async () => {
    const connection = await RawConnection.open(target.server.port)
    await connection.send(withLength(form.length))
    await connection.send(form.subarray(0, -20))
    while (target.received.length < 200_000) await delay(1)
    connection.socket.resetAndDestroy()
    await target.server.quiet()
    expect(codesOf(target.failures)).to.deep.equal(['upload_interrupted'])
  })

  it('finishes what has arrived whole, although nobody waits for the reply', async () => {
    let finish: () => void = () => undefined
    const finished = new Promise<void>((resolve) => (finish = resolve))
    target.use = async (upload) => {
      const stored = await target.store(upload)
      connection.socket.resetAndDestroy()
      await once(connection.socket, 'close')
      finish()
      return stored
    }
    const connection = await RawConnection.open(target.server.port)
    await connection.send(Buffer.concat([Buffer.from(withLength(form.length)), form]))
    await finished
    await target.server.quiet()
    expect(target.failures).to.deep.equal([])
  })

  it('gives up a client that says nothing more', async () => {
    await reopen({ idleMs: 50 })
    const connection = await RawConnection.open(target.server.port)
    await connection.send(withLength(form.length))
    await connection.send(form.subarray(0, 100_000))
    expect((await connection.reply()).status).to.equal(408)
    expect(codesOf(target.failures)).to.deep.equal(['request_timeout'])
  })

  it('does not take its own slow storage for a silent client', async () => {
    await reopen({ idleMs: 40, maxUploadBytes: 2_000_000 })
    target.use = async (upload) => {
      await delay(150)
      return target.store(upload)
    }
    const { status } = await target.postForm(filePart(someBytes(1_500_000)))
    expect(status).to.equal(200)
  })

  it('gives a client whose bytes waited for the storage its time to send more', async () => {
    await reopen({ idleMs: 300, maxUploadBytes: 2_000_000 })
    target.use = async (upload) => {
      await delay(500)
      return target.store(upload)
    }
    const long = formOf(filePart(someBytes(500_000)))
    const connection = await RawConnection.open(target.server.port)
    await connection.send(withLength(long.length))
    // Just what is kept in memory: nothing else is on its way when the storage begins.
    await connection.send(long.subarray(0, 263_000))
    await delay(650)
    await connection.send(long.subarray(263_000))
    expect((await connection.reply()).status).to.equal(200)
  })

  it('takes the fields behind files of any length from a storage that is slow to begin', async () => {
    target.use = async (upload) => {
      await delay(20)
      return target.store(upload)
    }
    for (let size = 200_000; size <= limitBytes; size += 7000) {
      const { body } = await target.postForm(
        filePart(Buffer.alloc(size)),
        fieldPart('description', 'x'.repeat(60_000)),
      )
      expect(body).to.have.nested.property('fields.description')
    }
  })

  it('notices that the client had left before anybody read', async () => {
    const connection = await RawConnection.open(target.server.port)
    target.before = async (ctx) => {
      connection.socket.resetAndDestroy()
      await once(ctx.res, 'close')
    }
    await connection.send(withLength(form.length))
    await target.server.close(2000)
    expect(target.failures).to.deep.equal([])
    expect(codesOf(target.server.errors)).to.deep.equal(['ECONNRESET'])
  })

  it('has no deadline for a body that keeps coming', async () => {
    await reopen({}, { bodyDeadlineMs: 50 })
    const small = formOf(filePart('the bytes'))
    const connection = await RawConnection.open(target.server.port)
    await connection.send(withLength(small.length))
    await delay(150)
    await connection.send(small)
    expect((await connection.reply()).status).to.equal(200)
  })

  it('takes an upload byte by byte', async () => {
    await reopen({ idleMs: 1000 })
    const small = formOf(filePart('the bytes'))
    const connection = await RawConnection.open(target.server.port)
    await connection.send(withLength(small.length))
    for (const byte of small) await connection.send(Buffer.of(byte))
    expect((await connection.reply()).status).to.equal(200)
  })

  it('lets a client that sends all before it reads see why the bytes were refused', async () => {
    await reopen({ maxUploadBytes: 50_000_000 })
    target.use = async ({ content }) => {
      for await (const chunk of content) if (chunk.length > 0) throw new NotAudio('unknown')
    }
    const long = formOf(filePart(Buffer.alloc(8_000_000)))
    const reply = await exchange(
      target.server.port,
      Buffer.concat([Buffer.from(withLength(long.length)), long]),
    )
    expect(reply.status).to.equal(422)
    expect(JSON.parse(reply.body)).to.include({ code: 'not_audio' })
  })

  it('holds little of a large file where the storage is slow', async function () {
    const megabyte = 1024 * 1024
    const size = 100 * megabyte
    await reopen({ maxUploadBytes: size })
    let read = 0
    let ahead = 0
    let sent = 0
    const residentBefore = process.memoryUsage().rss
    let resident = residentBefore
    target.use = async ({ content, fields }) => {
      let chunks = 0
      for await (const chunk of content) {
        read += chunk.length
        if (chunks++ % 200 === 0) await delay(2)
        ahead = Math.max(ahead, sent - read)
        resident = Math.max(resident, process.memoryUsage().rss)
      }
      return fields()
    }
    const [head, tail] = [form.subarray(0, fileStart), Buffer.from('\r\n--a-boundary--\r\n')]
    const connection = await RawConnection.open(target.server.port)
    await connection.send(withLength(head.length + size + tail.length))
    await connection.send(head)
    const block = Buffer.alloc(megabyte)
    for (; sent < size; sent += megabyte) await connection.send(block)
    await connection.send(tail)
    expect((await connection.reply()).status).to.equal(200)
    expect(read).to.equal(size)
    // What the kernel buffers on both sides of the connection is in there too.
    expect(ahead).to.be.below(16 * megabyte)
    expect(resident - residentBefore).to.be.below(64 * megabyte)
  })

  it('answers every mutation of a form with 200 or 4xx', async () => {
    const valid = formOf(
      fieldPart('title', 'a'),
      filePart('some bytes\r\n--a-bound'),
      fieldPart('description', 'b'),
    )
    const edit = fc.record({
      at: fc.nat(valid.length),
      cut: fc.nat(30),
      insert: fc.oneof(
        fc.uint8Array({ maxLength: 20 }),
        fc
          .constantFrom('\r\n', '--a-boundary', '\r\n--a-boundary\r\n', '--', ':', '"', ';', '\0')
          .map((text) => Buffer.from(text)),
        fc
          .tuple(fc.nat(valid.length), fc.nat(60))
          .map(([start, length]) => valid.subarray(start, start + length)),
      ),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 4 }), async (edits) => {
        const body = edits.reduce(
          (bytes, { at, cut, insert }) =>
            Buffer.concat([bytes.subarray(0, at), insert, bytes.subarray(at + cut)]),
          valid,
        )
        const answer = await target.post(body)
        expect([200, 400, 413, 422], refusal(answer)).to.include(answer.status)
      }),
      { numRuns: 300 },
    )
    expect(target.server.errors).to.deep.equal([])
  })
})
