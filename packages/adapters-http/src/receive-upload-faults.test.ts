import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'chai'
import fc from 'fast-check'
import { NotAudio } from '@audiohost/core'
import { someBytes } from '@audiohost/core/testing'
import type { ReceiveUploadOptions } from './receive-upload.ts'
import { fieldPart, filePart, formOf, formType } from './testing/multipart-form.ts'
import { exchange, RawConnection } from './testing/raw-connection.ts'
import { limitBytes, refusal, UploadTarget } from './testing/upload-target.ts'

const requestHead = (...headers: readonly string[]): string =>
  ['POST / HTTP/1.1', 'Host: a', `Content-Type: ${formType}`, ...headers, '', ''].join('\r\n')

const withLength = (length: number, ...headers: readonly string[]): string =>
  requestHead(`Content-Length: ${length}`, ...headers)

const codesOf = (failures: readonly unknown[]): unknown[] =>
  failures.map((failure) => (failure as { code?: unknown }).code)

describe('receiveUpload, with clients that fail', () => {
  let target: UploadTarget

  beforeEach(async () => {
    target = await UploadTarget.open()
  })

  afterEach(async () => {
    await target.server.close(0)
  })

  async function reopen(options: Partial<ReceiveUploadOptions>): Promise<void> {
    await target.server.close(0)
    target = await UploadTarget.open(options)
  }

  /** Resolves when no request is under way any more. */
  async function quiet(): Promise<void> {
    while ((await connectionsOf(target)) > 0) await delay(5)
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
        await quiet()
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
    await quiet()
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
    await quiet()
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

  it('takes an upload byte by byte', async () => {
    await reopen({ idleMs: 1000 })
    const small = formOf(filePart('the bytes'))
    const connection = await RawConnection.open(target.server.port)
    await connection.send(withLength(small.length))
    for (const byte of small) await connection.send(Buffer.of(byte))
    expect((await connection.reply()).status).to.equal(200)
  })

  describe('about the length', () => {
    const tooLong = formOf(filePart(Buffer.alloc(8_000_000)))

    it('refuses a declared length beyond the limit without reading the body', async () => {
      const connection = await RawConnection.open(target.server.port)
      await connection.send(withLength(tooLong.length))
      expect((await connection.reply()).status).to.equal(413)
      expect(target.received.length).to.equal(0)
    })

    it('asks for no byte of a body that is too long, of a client that asks first', async () => {
      const connection = await RawConnection.open(target.server.port)
      await connection.send(withLength(tooLong.length, 'Expect: 100-continue'))
      expect((await connection.reply()).status).to.equal(413)
    })

    it('asks for the body of a client that asks first', async () => {
      const connection = await RawConnection.open(target.server.port)
      await connection.send(withLength(form.length, 'Expect: 100-continue', 'Connection: close'))
      await connection.until((received) => received.includes('\r\n\r\n'))
      expect(connection.received.toString()).to.equal('HTTP/1.1 100 Continue\r\n\r\n')
      await connection.send(form)
      await connection.closed()
      expect(connection.received.toString()).to.include('HTTP/1.1 200 OK')
    })

    it('lets a client that sends 8 MB before it reads see why it was refused', async () => {
      const chunked = Buffer.concat([
        Buffer.from(`${requestHead('Transfer-Encoding: chunked')}${tooLong.length.toString(16)}\r\n`),
        tooLong,
        Buffer.from('\r\n0\r\n\r\n'),
      ])
      const reply = await exchange(target.server.port, chunked)
      expect(reply.status).to.equal(413)
      expect(reply.headers.connection).to.equal('close')
      expect(JSON.parse(reply.body)).to.include({ code: 'content_too_large' })
      expect(target.received.length).to.be.at.most(limitBytes)
    })

    it('cuts off a client that goes on sending for ever', async () => {
      const connection = await RawConnection.open(target.server.port)
      await connection.send(`${requestHead('Transfer-Encoding: chunked')}${(2 ** 40).toString(16)}\r\n`)
      const block = Buffer.alloc(1_000_000)
      let sent = 0
      while (!connection.socket.destroyed && sent < 400) {
        await connection.send(block)
        sent++
      }
      expect(sent).to.be.below(100)
    })

    it('takes no byte behind a declared length that is too short for a part of the file', async () => {
      const connection = await RawConnection.open(target.server.port)
      await connection.send(withLength(form.length - 100))
      await connection.send(form)
      await connection.closed()
      expect(connection.received.toString()).to.match(/^HTTP\/1.1 400 /)
      expect(codesOf(target.failures)).to.deep.equal(['malformed_body'])
    })

    it('tells the store of chunks that are malformed', async () => {
      const connection = await RawConnection.open(target.server.port)
      await connection.send(`${requestHead('Transfer-Encoding: chunked')}${(100_000).toString(16)}\r\n`)
      await connection.send(form.subarray(0, 100_000))
      while (target.received.length === 0) await delay(1)
      await connection.send('\r\nno length\r\n')
      await connection.closed()
      await quiet()
      expect(connection.received.toString()).to.match(/^HTTP\/1.1 400 /)
      expect(codesOf(target.failures)).to.deep.equal(['upload_interrupted'])
    })
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

const connectionsOf = (target: UploadTarget): Promise<number> =>
  new Promise((resolve, reject) => {
    target.server.server.getConnections((error, count) => {
      if (error) reject(error)
      else resolve(count)
    })
  })
