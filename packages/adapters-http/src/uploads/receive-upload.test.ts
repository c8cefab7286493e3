import { readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { expect } from 'chai'
import { someBytes } from '@audiohost/core/testing'
import {
  fieldPart,
  filePart,
  formOf,
  formType,
  testBoundary,
  type PartSpec,
} from '../testing/multipart-form.ts'
import { exchange } from '../testing/raw-connection.ts'
import { UploadTarget } from '../testing/upload-target.ts'

describe('receiveUpload', () => {
  let target: UploadTarget

  beforeEach(async () => {
    target = await UploadTarget.open()
  })

  afterEach(async () => {
    await target.server.close(0)
    expect(target.server.errors, 'errors of the app').to.deep.equal([])
  })

  describe('of a form in order', () => {
    const title = fieldPart('title', 'A song')
    const description = fieldPart('description', 'Of mine\nand yours')
    const whole = {
      fileName: 'song.mp3',
      size: 9,
      fields: { title: 'A song', description: 'Of mine\nand yours' },
    }
    const file = filePart('the bytes')
    const orders: readonly (readonly [string, readonly PartSpec[]])[] = [
      ['before', [title, description, file]],
      ['behind', [file, title, description]],
      ['around', [description, file, title]],
    ]
    for (const [place, parts] of orders) {
      it(`takes the fields that stand ${place} the file`, async () => {
        expect(await target.postForm(...parts)).to.deep.equal({ status: 200, body: whole })
        expect(target.received.toString()).to.equal('the bytes')
      })
    }

    it('takes the file alone', async () => {
      expect((await target.postForm(file)).body).to.deep.equal({ ...whole, fields: {} })
    })

    it('takes a file without a Content-Type of its own for a file', async () => {
      const answer = await target.postForm({ name: 'file', fileName: 'song.mp3', content: 'the bytes' })
      expect(answer.body).to.deep.equal({ ...whole, fields: {} })
    })

    it('takes a part named file for the file even without a file name', async () => {
      expect((await target.postForm({ name: 'file', content: 'the bytes' })).body).to.deep.equal({
        size: 9,
        fields: {},
      })
    })

    it('passes an empty file on: what that is worth is not for the form to say', async () => {
      expect((await target.postForm(filePart(''))).body).to.include({ size: 0 })
    })

    it('keeps characters whole that chunks cut in two', async () => {
      const form = formOf(fieldPart('title', 'песня 🎵'), filePart('x', { fileName: 'песня.mp3' })).toString(
        'latin1',
      )
      const connection = target.server.port
      const head = `POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\nContent-Type: ${formType}\r\n\r\n`
      const chunks = [...form].map((byte) => `1\r\n${byte}\r\n`).join('')
      const reply = await exchange(connection, Buffer.from(`${head}${chunks}0\r\n\r\n`, 'latin1'))
      expect(JSON.parse(Buffer.from(reply.body, 'latin1').toString())).to.deep.equal({
        fileName: 'песня.mp3',
        size: 1,
        fields: { title: 'песня 🎵' },
      })
    })

    it('takes a boundary in quotes, and bytes before and behind the parts', async () => {
      const body = Buffer.concat([Buffer.from('preamble\r\n'), formOf(file), Buffer.from('epilogue')])
      expect(
        (await target.post(body, `Multipart/Form-Data; charset=utf-8; boundary="${testBoundary}"`)).status,
      ).to.equal(200)
    })

    it('writes no temporary file', async () => {
      const before = await readdir(tmpdir())
      target.use = async (upload) => {
        expect(await readdir(tmpdir())).to.have.members(before)
        return target.store(upload)
      }
      expect((await target.postForm(filePart(someBytes(200_000)))).status).to.equal(200)
    })
  })

  describe('of bytes that look like a boundary', () => {
    it('passes them on unchanged, however slowly they are read', async () => {
      const nearly = `\r\n--${testBoundary.slice(0, -1)}`
      const content = Buffer.concat([
        ...Array.from({ length: 4000 }, (_, index) =>
          Buffer.from(`${nearly.slice(0, 1 + (index % nearly.length))}${index}`),
        ),
        Buffer.from('\r\n--\r\n\r\r\n-'),
      ])
      target.use = async (upload) => {
        const chunks: Uint8Array[] = []
        for await (const chunk of upload.content) {
          await new Promise(setImmediate)
          chunks.push(Buffer.from(chunk))
        }
        target.received = Buffer.concat(chunks)
        return { fields: await upload.fields() }
      }
      expect((await target.postForm(filePart(content))).status).to.equal(200)
      expect(target.received.equals(content)).to.equal(true)
    })
  })
})
