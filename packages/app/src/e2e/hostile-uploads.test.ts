import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { readdirSync, readlinkSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import net from 'node:net'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'chai'
import type { Browser } from './browser.ts'
import { readSample, startTestServer, type TestServer } from './test-server.ts'

const cutPoints = Array.from({ length: 20 }, (_, step) => step / 20)

/** The request of each way to upload, as the bytes that go over the wire. */
const requests: Readonly<Record<string, (bytes: Buffer, cookie: string) => Buffer>> = {
  'a form': (bytes, cookie) => {
    const head = '--x\r\nContent-Disposition: form-data; name="file"; filename="cut.mp3"\r\n\r\n'
    const body = Buffer.concat([Buffer.from(head), bytes, Buffer.from('\r\n--x--\r\n')])
    return requestOf(body, { cookie, type: 'multipart/form-data; boundary=x' })
  },
  'a plain body': (bytes, cookie) => requestOf(bytes, { cookie, type: 'audio/mpeg' }),
}

function requestOf(body: Buffer, { cookie, type }: { cookie: string; type: string }): Buffer {
  const head = [
    'POST /v1/audio/file HTTP/1.1',
    'Host: localhost',
    'Sec-Fetch-Site: same-origin',
    `Cookie: access_token=${cookie}`,
    `Content-Type: ${type}`,
    `Content-Length: ${body.length}`,
  ]
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body])
}

const endings: Readonly<Record<string, (socket: net.Socket) => void>> = {
  'closes the connection': (socket) => {
    socket.destroy()
  },
  'resets the connection': (socket) => {
    socket.resetAndDestroy()
  },
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

describe('uploads that go wrong', () => {
  let server: TestServer
  let ada: Browser
  let sample: Buffer
  before(async () => {
    server = await startTestServer()
    ada = await server.signedIn('ada')
    sample = await readSample('spoken/vbr-cover.mp3')
  })
  after(() => server.close())

  const storedFiles = async (): Promise<string[]> => {
    const entries = await readdir(path.join(server.dataFolder, 'audio'), {
      recursive: true,
      withFileTypes: true,
    })
    return entries
      .filter((entry) => entry.isFile() && entry.name !== '.audiohost-store')
      .map(({ name }) => name)
  }
  const openFiles = (): string[] =>
    readdirSync('/proc/self/fd').flatMap((fd) => {
      const target = linkOf(`/proc/self/fd/${fd}`)
      return target.startsWith(path.join(server.dataFolder, 'audio')) ? [target] : []
    })
  const listed = async (): Promise<readonly { readonly id: string; readonly sha256: string }[]> => {
    const page = (await (await ada.fetch('/v1/audio/?limit=100')).json()) as { items: never }
    return page.items
  }
  /** Clear, and still so a moment later: a request may be read only after its client has left. */
  const settled = async (isSettled: () => Promise<boolean>): Promise<boolean> => {
    let looks = 0
    for (let tries = 0; tries < 200 && looks < 8; tries++) {
      looks = (await isSettled()) ? looks + 1 : 0
      await delay(25)
    }
    return looks === 8
  }

  for (const [kind, requestWith] of Object.entries(requests)) {
    for (const [ending, end] of Object.entries(endings)) {
      it(`of which ${kind} ${ending} at every 5 % leave nothing`, async () => {
        const request = requestWith(sample, ada.cookie('access_token') ?? '')
        await Promise.all(
          cutPoints.map(async (point) => {
            const socket = net.connect(Number(new URL(server.origin).port), 'localhost')
            socket.on('error', () => undefined)
            await once(socket, 'connect')
            const closed = once(socket, 'close')
            socket.write(request.subarray(0, Math.floor(request.length * point)), () => {
              end(socket)
            })
            await closed
          }),
        )
        const isClear = async (): Promise<boolean> =>
          (await storedFiles()).length === 0 &&
          openFiles().length === 0 &&
          (await listed()).length === 0 &&
          Object.values(await usage()).every((count) => !(count > 0))
        expect(await settled(isClear)).to.equal(true)
      })
    }
  }

  const usage = async (): Promise<Readonly<Record<string, number>>> =>
    (await (await ada.fetch('/v1/auth/me/usage')).json()) as Record<string, number>

  it('as 64 at once are all stored, each as it was sent', async () => {
    const files = Array.from({ length: 64 }, (_, index) => {
      // An ID3v2 tag without a frame, padded differently: as many different files.
      const padding = Buffer.alloc(index + 1)
      return Buffer.concat([
        Buffer.from([0x49, 0x44, 0x33, 4, 0, 0, 0, 0, 0, padding.length]),
        padding,
        sample,
      ])
    })
    const replies = await Promise.all(files.map((bytes, index) => ada.upload(bytes, `${index}.mp3`)))
    expect(replies.map(({ status }) => status)).to.deep.equal(files.map(() => 201))
    expect((await listed()).map((audio) => audio.sha256).sort()).to.deep.equal(files.map(sha256).sort())
    for (const { id, sha256: expected } of await listed()) {
      const content = await (await ada.fetch(`/v1/audio/file/${id}`)).arrayBuffer()
      expect(sha256(Buffer.from(content))).to.equal(expected)
    }
    expect(await storedFiles()).to.have.length(64)
  })
})

function linkOf(file: string): string {
  try {
    return readlinkSync(file)
  } catch {
    // Closed meanwhile.
    return ''
  }
}
