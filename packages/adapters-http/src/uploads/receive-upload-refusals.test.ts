import { expect } from 'chai'
import { NotAudio, StorageFull } from '@audiohost/core'
import { someBytes } from '@audiohost/core/testing'
import { maxPartHeaderBytes } from './multipart-parser.ts'
import {
  fieldPart,
  filePart,
  formOf,
  formType,
  testBoundary,
  type PartSpec,
} from '../testing/multipart-form.ts'
import { exchange } from '../testing/raw-connection.ts'
import { limitBytes, refusal, UploadTarget } from '../testing/upload-target.ts'
import { maxFieldBytes } from './upload-field.ts'

describe('receiveUpload, refusing', () => {
  let target: UploadTarget

  beforeEach(async () => {
    target = await UploadTarget.open()
  })

  afterEach(async () => {
    await target.server.close(0)
    expect(target.server.errors, 'errors of the app').to.deep.equal([])
  })

  describe('of a form out of order', () => {
    const file = filePart('the bytes')
    const refusals: readonly (readonly [string, readonly PartSpec[], string])[] = [
      ['no file', [fieldPart('title', 'a')], '422 invalid_input /file required'],
      ['two files', [file, file], '422 invalid_input /file duplicate'],
      [
        'a field twice',
        [fieldPart('title', 'a'), fieldPart('title', 'b'), file],
        '422 invalid_input /title duplicate',
      ],
      [
        'an unknown field',
        [fieldPart('is_admin', 'true'), file],
        '422 invalid_input /is_admin unknown_field',
      ],
      ['an unknown field behind', [file, fieldPart('size', '1')], '422 invalid_input /size unknown_field'],
      [
        'a prototype as field',
        [fieldPart('__proto__', 'x'), file],
        '422 invalid_input /__proto__ unknown_field',
      ],
      [
        'a file under another name',
        [filePart('x', { name: 'audio' })],
        '422 invalid_input /audio unexpected_file',
      ],
      [
        'a file for a field',
        [filePart('x', { name: 'title' }), file],
        '422 invalid_input /title unexpected_file',
      ],
      [
        'a field of no text',
        [fieldPart('title', Buffer.from([0xff])), file],
        '422 invalid_input /title invalid_characters',
      ],
      [
        'a field too long',
        [fieldPart('title', 'x'.repeat(maxFieldBytes + 1)), file],
        '422 invalid_input /title too_long',
      ],
      ['a name with a slash', [fieldPart('a/b~c', 'x')], '422 invalid_input /a~1b~0c unknown_field'],
      [
        'base64',
        [filePart('eA==', { headers: ['Content-Transfer-Encoding: base64'] })],
        '400 malformed_body',
      ],
      [
        '5,000 parts',
        Array.from({ length: 5000 }, () => fieldPart('x', 'y')),
        '422 invalid_input /x unknown_field',
      ],
      [
        'a header too long',
        [filePart('x', { fileName: 'x'.repeat(maxPartHeaderBytes) })],
        '413 body_too_large',
      ],
      ['a header of 1 MB', [filePart('x', { fileName: 'x'.repeat(1024 * 1024) })], '413 content_too_large'],
      ['a file too long', [filePart(Buffer.alloc(limitBytes + 1))], '413 content_too_large'],
    ]
    for (const [name, parts, expected] of refusals) {
      it(`refuses ${name} with ${expected}`, async () => {
        expect(refusal(await target.postForm(...parts))).to.equal(expected)
      })
    }

    it('takes a field and a header of exactly the longest length', async () => {
      const answer = await target.postForm(fieldPart('description', 'x'.repeat(maxFieldBytes)), file)
      expect(answer.status).to.equal(200)
    })

    it('takes a file of exactly the limit', async () => {
      expect((await target.postForm(filePart(Buffer.alloc(limitBytes)))).body).to.include({
        size: limitBytes,
      })
    })

    it('tells whoever stored the file of a refusal behind it, so that it can be removed', async () => {
      await target.postForm(file, file)
      expect(target.failures).to.have.length(1)
      expect(target.failures[0]).to.include({ code: 'invalid_input' })
      expect(target.received.toString()).to.equal('the bytes')
    })
  })

  describe('of a body that is no form', () => {
    const rest = formOf(filePart('the bytes'))
    const cases: readonly (readonly [string, string | Uint8Array, string, string])[] = [
      ['JSON', '{}', 'application/json', '415 unsupported_media_type'],
      ['another multipart', rest, `multipart/mixed; boundary=${testBoundary}`, '415 unsupported_media_type'],
      ['no boundary', rest, 'multipart/form-data', '400 malformed_body'],
      ['an empty boundary', rest, 'multipart/form-data; boundary=', '400 malformed_body'],
      ['a boundary too long', rest, `multipart/form-data; boundary=${'x'.repeat(71)}`, '400 malformed_body'],
      ['another boundary', rest, 'multipart/form-data; boundary=other', '400 malformed_body'],
      ['garbage', 'garbage', formType, '400 malformed_body'],
      ['nothing', '', formType, '422 invalid_input /file required'],
      ['no closing boundary', rest.subarray(0, -4), formType, '400 malformed_body'],
      ['an end inside of the closing boundary', rest.subarray(0, -3), formType, '400 malformed_body'],
      ['an end inside of the file', rest.subarray(0, rest.indexOf('bytes')), formType, '400 malformed_body'],
      ['an end inside of the headers', rest.subarray(0, 30), formType, '400 malformed_body'],
      ['a header without a name', `--${testBoundary}\r\n: x\r\n\r\n`, formType, '400 malformed_body'],
      [
        'a part without a name',
        `--${testBoundary}\r\nA: x\r\n\r\nx\r\n--${testBoundary}--`,
        formType,
        '400 malformed_body',
      ],
      [
        '600 KB before the first part',
        `${'x'.repeat(600_000)}\r\n${rest.toString()}`,
        formType,
        '413 body_too_large',
      ],
    ]
    for (const [name, body, type, expected] of cases) {
      it(`refuses ${name} with ${expected}`, async () => {
        expect(refusal(await target.post(body, type))).to.equal(expected)
      })
    }

    it('refuses a compressed form before it reads a byte', async () => {
      const form = formOf(filePart('the bytes'))
      const head = `POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Encoding: gzip\r\nContent-Type: ${formType}\r\n`
      const request = Buffer.concat([Buffer.from(`${head}Content-Length: ${form.length}\r\n\r\n`), form])
      const reply = await exchange(target.server.port, request)
      expect(reply.status).to.equal(415)
      expect(reply.headers['accept-encoding']).to.equal('identity')
      expect(target.received).to.have.length(0)
    })

    it('asks for a form where there is no body at all', async () => {
      const reply = await exchange(
        target.server.port,
        `POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: ${formType}\r\n\r\n`,
      )
      expect(reply.status).to.equal(422)
    })
  })

  describe('where the upload is refused or fails', () => {
    it('answers with what was thrown before any byte was read', async () => {
      target.use = () => Promise.reject(new StorageFull())
      expect(refusal(await target.postForm(filePart(someBytes(200_000))))).to.equal('507 storage_full')
    })

    it('answers with what was thrown in the middle of the content', async () => {
      target.use = async ({ content }) => {
        for await (const chunk of content) if (chunk.length > 0) throw new NotAudio('unknown')
      }
      expect(refusal(await target.postForm(filePart(someBytes(200_000))))).to.equal(
        '422 not_audio /file unknown',
      )
    })

    it('answers with what was thrown behind the content', async () => {
      target.use = async (upload) => {
        await target.store(upload)
        throw new NotAudio('truncated')
      }
      expect(refusal(await target.postForm(filePart('x')))).to.equal('422 not_audio /file truncated')
    })

    it('does not wait for ever for fields behind a content that nobody reads', async () => {
      target.use = async ({ content, fields }) => {
        for await (const chunk of content) if (chunk.length > 0) break
        return fields()
      }
      const answer = await target.postForm(filePart(someBytes(290_000)), fieldPart('title', 'a'))
      expect(answer.status).to.equal(500)
      expect(target.server.errors.splice(0).map((error) => error.message)).to.deep.equal([
        'The content was not read to its end',
      ])
    })

    it('never lets a byte beyond the limit through', async () => {
      await target.postForm(filePart(Buffer.alloc(limitBytes + 200_000)))
      expect(target.received.length).to.be.at.most(limitBytes)
      expect(target.failures[0]).to.include({ code: 'content_too_large' })
    })

    it('keeps the connection for the next request after a form that was read to its end', async () => {
      const head = (length: number): string =>
        `POST / HTTP/1.1\r\nHost: a\r\nContent-Type: ${formType}\r\nContent-Length: ${length}\r\n`
      const form = formOf(filePart(someBytes(100_000)))
      const first = Buffer.concat([Buffer.from(`${head(form.length)}\r\n`), form])
      const second = Buffer.concat([Buffer.from(`${head(form.length)}Connection: close\r\n\r\n`), form])
      const reply = await exchange(target.server.port, Buffer.concat([first, second]))
      expect(reply.status).to.equal(200)
      expect(reply.headers.connection).to.equal('keep-alive')
      expect(reply.body.match(/HTTP\/1.1 200/g)).to.have.length(1)
    })
  })
})
