import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'chai'
import { someBytes } from '@audiohost/core/testing'
import { fieldPart, filePart, formOf } from '../testing/multipart-form.ts'
import { exchange, RawConnection } from '../testing/raw-connection.ts'
import { codesOf, requestHead, withLength } from '../testing/upload-requests.ts'
import { limitBytes, UploadTarget } from '../testing/upload-target.ts'

describe('receiveUpload, with lengths that do not fit', () => {
  let target: UploadTarget

  beforeEach(async () => {
    target = await UploadTarget.open()
  })

  afterEach(async () => {
    await target.server.close(0)
  })

  const form = formOf(fieldPart('title', 'a'), filePart(someBytes(200_000)), fieldPart('description', 'b'))
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
    // 32 MiB, and what the kernel buffers on both sides.
    expect(sent).to.be.below(45)
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
    await target.server.quiet()
    expect(connection.received.toString()).to.match(/^HTTP\/1.1 400 /)
    expect(codesOf(target.failures)).to.deep.equal(['upload_interrupted'])
  })
})
