import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'chai'
import sinon from 'sinon'
import { HttpProblem } from '../problem.ts'
import { listening, type Listening } from '../testing/listening.ts'
import { filePart, formOf, formType } from '../testing/multipart-form.ts'
import { RawConnection } from '../testing/raw-connection.ts'
import { codesOf } from '../testing/upload-requests.ts'
import { UploadTarget } from '../testing/upload-target.ts'
import { receivedPart } from './received-part.ts'

const head = (type: string): string =>
  `POST / HTTP/1.1\r\nHost: a\r\nContent-Type: ${type}\r\nContent-Length: 100000\r\n\r\n`

describe('an upload that sends a byte now and then', () => {
  const formStart = formOf(filePart('x')).toString().split('\r\n\r\n')[0] ?? ''
  for (const [kind, type, begin] of [
    ['as a form', formType, `${formStart}\r\n\r\n`],
    ['as a plain body', 'audio/mpeg', ''],
  ] as const) {
    it(`${kind} is given up`, async () => {
      const target = await UploadTarget.open({ idleMs: 400 })
      // The parser of forms is loaded by the first one.
      await target.postForm(filePart('x'))
      const connection = await RawConnection.open(target.server.port)
      await connection.send(head(type) + begin)
      while (connection.received.length === 0) {
        await connection.send('x')
        await delay(20)
      }
      const { status } = await connection.reply()
      // Waits for the handler, which may hear of it after the client.
      await target.server.close(1000)
      expect(status).to.equal(408)
      expect(codesOf(target.failures)).to.deep.equal(['request_timeout'])
    })
  }

  describe('as a part', () => {
    let clock: sinon.SinonFakeTimers
    let server: Listening
    let connection: RawConnection
    let received: number
    let cut: Error | undefined

    beforeEach(async () => {
      clock = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
      received = 0
      cut = undefined
      server = await listening(async (ctx) => {
        const body = receivedPart(ctx).open({ atCut: 'end' })
        for await (const chunk of body.bytes) received += chunk.length
        cut = body.cut
        body.stop()
        ctx.body = 'over'
      })
      connection = await RawConnection.open(server.port)
      await connection.send(head('application/offset+octet-stream'))
    })
    afterEach(async () => {
      clock.restore()
      connection.socket.destroy()
      await server.close(0)
    })

    async function sendEvery(seconds: number, bytes: number): Promise<void> {
      const expected = received + bytes
      await connection.send(Buffer.alloc(bytes))
      while (received < expected) await new Promise(setImmediate)
      await clock.tickAsync(seconds * 1000)
    }

    it('is given up after 30 seconds, with what had come', async () => {
      for (let count = 0; count < 29; count++) await sendEvery(1, 1)
      expect(connection.received).to.have.length(0)
      await sendEvery(1, 1)
      await connection.until((bytes) => bytes.includes('over'))
      expect(received).to.equal(30)
      expect(cut).to.be.instanceOf(HttpProblem).and.include({ code: 'request_timeout' })
    })

    it('may take as long as it likes where a kilobyte comes in time', async () => {
      for (let count = 0; count < 20; count++) await sendEvery(29, 1024)
      expect(cut).to.equal(undefined)
      expect(connection.received).to.have.length(0)
    })
  })
})
