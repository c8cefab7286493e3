import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { expect } from 'chai'
import { someBytes } from '@audiohost/core/testing'
import { fieldPart, filePart, formOf, formType } from '../testing/multipart-form.ts'
import { RawConnection } from '../testing/raw-connection.ts'

const file = filePart(someBytes(200_000))

/** Each of these kills a process that leaves an error to formidable's hooks, or one of them without a listener. */
const hostile: readonly (readonly [string, Buffer])[] = [
  ['two files', formOf(file, file)],
  ['an unknown field', formOf(fieldPart('x', 'y'), file)],
  ['a file under another name', formOf(filePart('x', { name: 'x' }))],
  ['a part without a name', Buffer.from('--a-boundary\r\nX: y\r\n\r\nz\r\n--a-boundary--\r\n')],
  ['an unknown encoding', formOf(filePart('x', { headers: ['Content-Transfer-Encoding: rot13'] }))],
  ['a field too long', formOf(fieldPart('title', 'x'.repeat(100_000)), file)],
  ['a header too long', formOf(filePart('x', { fileName: 'x'.repeat(100_000) }))],
  ['a file too long', formOf(filePart(Buffer.alloc(400_000)))],
  ['no file', formOf(fieldPart('title', 'x'))],
  ['garbage', Buffer.from('garbage')],
  ['no end', formOf(file).subarray(0, -5)],
  ['a refusal before the content', formOf(filePart(someBytes(250_000), { fileName: 'refuse-before' }))],
  ['a refusal within the content', formOf(filePart(someBytes(250_000), { fileName: 'refuse-within' }))],
  ['a refusal behind the content', formOf(filePart('x', { fileName: 'refuse-behind' }))],
]

describe('A process that receives uploads', () => {
  let child: ChildProcess
  let port: number

  before(async () => {
    const script = new URL('../testing/upload-process.ts', import.meta.url).pathname
    child = spawn(process.execPath, ['--import=tsx', '--conditions=@audiohost/source', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [line] = (await once(child.stdout ?? child, 'data')) as [Buffer]
    port = Number(line.toString())
  })

  after(() => {
    child.kill()
  })

  const head = (...headers: readonly string[]): string =>
    ['POST / HTTP/1.1', 'Host: a', `Content-Type: ${formType}`, ...headers, '', ''].join('\r\n')

  async function survives(): Promise<void> {
    const response = await fetch(`http://127.0.0.1:${port}/`, {
      method: 'POST',
      headers: { 'Content-Type': formType },
      body: formOf(file),
    })
    expect(response.status).to.equal(200)
    expect(child.exitCode).to.equal(null)
  }

  for (const [name, body] of hostile) {
    it(`survives ${name}, sent whole, in chunks, and cut off`, async () => {
      const whole = Buffer.concat([
        Buffer.from(head(`Content-Length: ${body.length}`, 'Connection: close')),
        body,
      ])
      const chunks = Buffer.concat([
        Buffer.from(`${head('Transfer-Encoding: chunked')}${body.length.toString(16)}\r\n`),
        body,
        Buffer.from('\r\n0\r\n\r\n'),
      ])
      for (const request of [whole, chunks]) {
        const connection = await RawConnection.open(port)
        void connection.send(request)
        expect((await connection.reply()).status).to.be.within(400, 500)
        connection.socket.destroy()

        const leaving = await RawConnection.open(port)
        await leaving.send(request.subarray(0, Math.ceil(request.length * 0.9)))
        leaving.socket.resetAndDestroy()
      }
      await survives()
    })
  }
})
