import path from 'node:path'
import {
  aDatabase,
  aProxyTo,
  type DatabaseProxy,
  type TestDatabase,
} from '@audiohost/adapters-postgres/testing'
import { expect } from 'chai'
import type { Browser } from './browser.ts'
import { sweptAfterTwoDays } from './swept.ts'
import { readSample, startTestServer, type TestServer } from './test-server.ts'

const tus = { 'Tus-Resumable': '1.0.0' }

/** What only the transaction says that is to be cut off at its commit. */
const statements = {
  'of a part': 'insert into "upload_parts"',
  'of the last part': 'insert into "upload_parts"',
  'that makes audio of it': 'update "audio" set',
} as const

describe('a resumable upload whose database goes away at the commit', () => {
  let database: TestDatabase
  let proxy: DatabaseProxy
  let server: TestServer
  let ada: Browser
  let song: Buffer

  before(async () => {
    database = await aDatabase()
    proxy = await aProxyTo(database.url)
    server = await startTestServer({ DATABASE_URL: proxy.url })
    ada = await server.signedIn('ada')
    song = await readSample('spoken/cbr.mp3')
  })
  after(async () => {
    await server.close()
    await proxy.close()
    await database.drop()
  })

  /** Strikes the first commit after the statement. */
  function strike(statement: string, how: 'cut' | 'cut-answer'): () => number {
    let strikes = 0
    let struck: unknown
    proxy.inspect((sent, client) => {
      if (sent.includes(statement)) struck ??= client
      if (strikes > 0 || client !== struck || !/commit/i.test(sent.toString('latin1'))) return 'pass'
      strikes++
      return how
    })
    return () => strikes
  }

  const patch = (location: string, from: number, to = song.length): Promise<Response> =>
    ada.fetch(location, {
      method: 'PATCH',
      body: new Uint8Array(song.subarray(from, to)),
      headers: {
        ...tus,
        'Content-Type': 'application/offset+octet-stream',
        'Upload-Offset': from.toString(),
      },
    })

  const cases = Object.entries(statements).flatMap(([what, statement]) =>
    (['cut', 'cut-answer'] as const).map((how) => ({ what, statement, how })),
  )
  for (const { what, statement, how } of cases) {
    const isLast = what !== 'of a part'
    it(`goes on where it stands, and leaves nothing else: ${what}, ${how}`, async () => {
      const begun = await ada.fetch('/v1/audio/uploads', {
        method: 'POST',
        headers: { ...tus, 'Upload-Length': song.length.toString() },
      })
      const location = begun.headers.get('Location') ?? ''
      expect((await patch(location, 0, 3000)).status).to.equal(204)

      const strikes = strike(statement, how)
      const struck = await patch(location, 3000, isLast ? song.length : 6000)
      proxy.inspect(() => 'pass')
      expect([strikes(), struck.status]).to.deep.equal([1, 503])

      const head = await ada.fetch(location, { method: 'HEAD', headers: tus })
      expect(head.status).to.equal(200)
      const offset = Number(head.headers.get('Upload-Offset'))
      const isKept = how === 'cut-answer' || what === 'that makes audio of it'
      expect(offset).to.equal(isKept ? (isLast ? song.length : 6000) : 3000)
      const last = offset === song.length ? head : await patch(location, offset)
      await expectSongAlone(last.headers.get('Audio-Id') ?? '')
    })
  }

  async function expectSongAlone(id: string): Promise<void> {
    const content = await ada.fetch(`/v1/audio/file/${id}`)
    expect(Buffer.from(await content.arrayBuffer()).equals(song)).to.equal(true)
    const folder = path.join(server.dataFolder, 'audio')
    const { report, incidents, ...left } = await sweptAfterTwoDays({ database, folder })
    expect([report.failed, incidents]).to.deep.equal([0, []])
    expect(left).to.deep.equal({ rows: [{ id, status: 'ready' }], files: [id], parts: 0 })
    expect(await (await ada.fetch('/v1/auth/me/usage')).json()).to.include({
      used_files: 1,
      used_bytes: song.length,
      reserved_files: 0,
      reserved_bytes: 0,
    })
    expect((await ada.json('DELETE', `/v1/audio/file/${id}`)).status).to.equal(204)
  }
})
