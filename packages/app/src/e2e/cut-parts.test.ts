import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:net'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { aDatabase, type TestDatabase } from '@audiohost/adapters-postgres/testing'
import { expect } from 'chai'
import type { Browser } from './browser.ts'
import { sweptAfterTwoDays } from './swept.ts'
import { readSample, startTestServer, type TestServer } from './test-server.ts'

const tus = { 'Tus-Resumable': '1.0.0' }
const partType = { 'Content-Type': 'application/offset+octet-stream' }

describe('a client whose connection is reset in the middle of a part', () => {
  let database: TestDatabase
  let server: TestServer
  let ada: Browser
  let song: Buffer

  before(async () => {
    database = await aDatabase()
    server = await startTestServer({ DATABASE_URL: database.url })
    ada = await server.signedIn('ada')
    // Larger than what the system keeps of a connection that nobody reads.
    song = Buffer.concat([await readSample('spoken/cbr.mp3'), randomBytes(1_500_000)])
  })
  after(async () => {
    await server.close()
    await database.drop()
  })

  const begin = async (): Promise<string> => {
    const headers = { ...tus, 'Upload-Length': song.length.toString() }
    const begun = await ada.fetch('/v1/audio/uploads', { method: 'POST', headers })
    return begun.headers.get('Location') ?? ''
  }

  /** Says that all is to come, sends a part of it, and resets the connection. */
  async function sendAndReset(
    location: string,
    bytes: number,
    headers: Readonly<Record<string, string>>,
  ): Promise<void> {
    const socket = connect(Number(new URL(server.origin).port), 'localhost')
    socket.on('error', () => undefined)
    await once(socket, 'connect')
    const lines = {
      Host: new URL(server.origin).host,
      Authorization: `Bearer ${ada.cookie('access_token') ?? ''}`,
      'Upload-Offset': '0',
      'Content-Length': song.length.toString(),
      ...tus,
      ...partType,
      ...headers,
    }
    const head = Object.entries(lines).map(([name, value]) => `${name}: ${value}\r\n`)
    socket.write(`PATCH ${location} HTTP/1.1\r\n${head.join('')}\r\n`)
    await new Promise((resolve) => socket.write(song.subarray(0, bytes), resolve))
    // For some of it to be read: what has not been when the reset comes is lost with it.
    await delay(20)
    socket.resetAndDestroy()
  }

  async function offsetOf(location: string): Promise<number> {
    const head = await ada.fetch(location, { method: 'HEAD', headers: tus })
    expect(head.status).to.equal(200)
    return Number(head.headers.get('Upload-Offset'))
  }

  async function goOn(location: string, offset: number): Promise<string> {
    const reply = await ada.fetch(location, {
      method: 'PATCH',
      body: new Uint8Array(song.subarray(offset)),
      headers: { ...tus, ...partType, 'Upload-Offset': offset.toString() },
    })
    expect(reply.status).to.equal(204)
    return reply.headers.get('Audio-Id') ?? ''
  }

  async function expectSongAlone(id: string): Promise<void> {
    const content = await ada.fetch(`/v1/audio/file/${id}`)
    expect(Buffer.from(await content.arrayBuffer()).equals(song)).to.equal(true)
    // Without a sweep.
    const rows = await database.database.run((knex) => knex('audio').select<object[]>('id', 'status'))
    expect(rows).to.deep.equal([{ id, status: 'ready' }])
    const usage = await (await ada.fetch('/v1/auth/me/usage')).json()
    expect(usage).to.include({
      used_files: 1,
      used_bytes: song.length,
      reserved_files: 0,
      reserved_bytes: 0,
    })
    const { report } = await sweptAfterTwoDays({ database, folder: path.join(server.dataFolder, 'audio') })
    expect(report).to.include({ tombstones: 0, orphans: 0, partialWrites: 0, failed: 0 })
    expect((await ada.json('DELETE', `/v1/audio/file/${id}`)).status).to.equal(204)
  }

  const cuts = Array.from({ length: 19 }, (_, index) => 5 * (index + 1))
  const checksum = (): Record<string, string> => ({
    'Upload-Checksum': `sha256 ${createHash('sha256').update(song).digest('base64')}`,
  })

  it('at every 5 % goes on with what had arrived, and nothing else is left', async function () {
    this.timeout(60_000)
    const kept: number[] = []
    for (const percent of cuts) {
      const location = await begin()
      const sent = Math.floor((song.length * percent) / 100)
      await sendAndReset(location, sent, {})
      const offset = await offsetOf(location)
      expect(offset).to.be.within(0, sent)
      kept.push(offset)
      await expectSongAlone(await goOn(location, offset))
    }
    expect(kept.filter((bytes) => bytes > 0)).to.not.deep.equal([])
  })

  it('at every 5 % begins the part again where a checksum covers all of it, and nothing else is left', async function () {
    this.timeout(60_000)
    for (const percent of cuts) {
      const location = await begin()
      await sendAndReset(location, Math.floor((song.length * percent) / 100), checksum())
      expect(await offsetOf(location)).to.equal(0)
      await expectSongAlone(await goOn(location, 0))
    }
  })
})
