import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import {
  aDatabase,
  aProxyTo,
  type DatabaseProxy,
  type TestDatabase,
} from '@audiohost/adapters-postgres/testing'
import { expect } from 'chai'
import type { Browser } from './browser.ts'
import { readSample, startTestServer, type TestServer } from './test-server.ts'

describe('an upload whose database goes away', () => {
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
  afterEach(() => {
    proxy.inspect(() => 'pass')
  })

  const isCommit = (sent: Buffer): boolean => sent.includes('update "audio" set "status"')

  async function whatIsLeft(): Promise<{ rows: string[]; files: string[] }> {
    const rows = await database.database.run((knex) => knex('audio').pluck<string[]>('status'))
    const names = await readdir(path.join(server.dataFolder, 'audio'), { recursive: true })
    return { rows, files: names.filter((name) => /[0-9a-f-]{36}/.test(name)) }
  }

  it('is 201 where the commit was done and only its answer got lost', async () => {
    let cuts = 0
    proxy.inspect((sent) => (isCommit(sent) && cuts++ === 0 ? 'cut-answer' : 'pass'))
    const reply = await ada.upload(song, 'song.mp3')
    expect([cuts, reply.status]).to.deep.equal([1, 201])
    const { id } = (await reply.json()) as { id: string }
    expect((await ada.fetch(`/v1/audio/file/${id}/metadata`)).status).to.equal(200)
    expect((await ada.json('DELETE', `/v1/audio/file/${id}`)).status).to.equal(204)
  })

  const begins: Readonly<Record<string, () => Promise<Response>>> = {
    'an upload': () => ada.upload(song, 'song.mp3'),
    'a resumable upload': () =>
      ada.fetch('/v1/audio/uploads', {
        method: 'POST',
        headers: { 'Tus-Resumable': '1.0.0', 'Upload-Length': song.length.toString() },
      }),
  }
  for (const [what, begin] of Object.entries(begins)) {
    it(`gives the room of ${what} back where the answer to its first row got lost`, async () => {
      let cuts = 0
      proxy.inspect((sent) => (sent.includes(`'pending', usage.id`) && cuts++ === 0 ? 'cut-answer' : 'pass'))
      expect((await begin()).status).to.equal(503)
      expect(cuts).to.equal(1)
      for (let tries = 0; tries < 200 && (await whatIsLeft()).rows.length > 0; tries++) await delay(50)
      expect(await whatIsLeft()).to.deep.equal({ rows: [], files: [] })
    })
  }

  it('is 503 where the commit was not done, and leaves nothing', async () => {
    proxy.inspect((sent) => (isCommit(sent) ? 'cut' : 'pass'))
    expect((await ada.upload(song, 'song.mp3')).status).to.equal(503)
    expect(await whatIsLeft()).to.deep.equal({ rows: [], files: [] })
  })

  it('leaves nothing either where the database stays away for a while: what was left goes when it is back', async () => {
    let isGone: Promise<void> | undefined
    proxy.inspect((sent) => {
      if (!isCommit(sent)) return 'pass'
      isGone ??= proxy.goAway()
      return 'cut'
    })
    expect((await ada.upload(song, 'song.mp3')).status).to.equal(503)
    await isGone
    const left = await whatIsLeft()
    expect(left.rows).to.deep.equal(['pending'])
    expect(left.files).to.have.length(1)

    proxy.inspect(() => 'pass')
    await proxy.comeBack()
    for (let tries = 0; tries < 200 && (await whatIsLeft()).files.length > 0; tries++) await delay(50)
    expect(await whatIsLeft()).to.deep.equal({ rows: [], files: [] })
    expect((await ada.upload(song, 'song.mp3')).status).to.equal(201)
  })

  it('leaves a committed audio alone that nobody could be told of', async () => {
    const before = (await whatIsLeft()).rows.length
    let isGone: Promise<void> | undefined
    proxy.inspect((sent) => {
      if (isCommit(sent)) return 'cut-answer'
      if (sent.includes('with found as')) isGone ??= proxy.goAway()
      return isGone ? 'cut' : 'pass'
    })
    expect((await ada.upload(song, 'song.mp3')).status).to.equal(503)
    await isGone
    proxy.inspect(() => 'pass')
    await proxy.comeBack()
    await delay(1500)
    const { rows, files } = await whatIsLeft()
    expect(rows).to.deep.equal(Array.from({ length: before + 1 }, () => 'ready'))
    expect(files).to.have.length(before + 1)
    const { items } = (await (await ada.fetch('/v1/audio/')).json()) as { items: { id: string }[] }
    expect(items).to.have.length(before + 1)
  })

  describe('and comes again with its Idempotency-Key', () => {
    const uploadAs = (key: string): Promise<Response> => {
      const body = new FormData()
      body.set('file', new Blob([new Uint8Array(song)], { type: 'audio/mpeg' }), 'song.mp3')
      return ada.fetch('/v1/audio/file', { method: 'POST', body, headers: { 'Idempotency-Key': key } })
    }
    const listedIds = async (): Promise<string[]> => {
      const { items } = (await (await ada.fetch('/v1/audio/')).json()) as { items: { id: string }[] }
      return items.map(({ id }) => id)
    }
    /** As when half a minute has passed. */
    const endLeases = (): Promise<unknown> =>
      database.database.run((knex) =>
        knex('idempotency_records').where({ answer: null }).update({ expires_at: 'epoch' }),
      )
    const idOf = async (reply: Response): Promise<string> => ((await reply.json()) as { id: string }).id

    it('is told of the audio that was committed when the database went away', async () => {
      const before = await listedIds()
      let isGone: Promise<void> | undefined
      proxy.inspect((sent) => {
        if (isCommit(sent)) return 'cut-answer'
        if (sent.includes('with found as')) isGone ??= proxy.goAway()
        return isGone ? 'cut' : 'pass'
      })
      expect((await uploadAs('lost-commit')).status).to.equal(503)
      await isGone
      proxy.inspect(() => 'pass')
      await proxy.comeBack()
      await endLeases()
      const made = (await listedIds()).filter((id) => !before.includes(id))
      expect(made).to.have.length(1)
      for (let times = 0; times < 2; times++) {
        const again = await uploadAs('lost-commit')
        expect([again.status, await idOf(again)]).to.deep.equal([201, made[0]])
      }
      expect(await listedIds()).to.have.length(before.length + 1)
    })

    it('is told of the audio whose answer could not be kept', async () => {
      const before = await listedIds()
      let cuts = 0
      proxy.inspect((sent) =>
        sent.includes('update "idempotency_records" set "answer"') && cuts++ === 0 ? 'cut' : 'pass',
      )
      const first = await uploadAs('lost-answer')
      expect([cuts, first.status]).to.deep.equal([1, 201])
      expect((await uploadAs('lost-answer')).status).to.equal(409)
      await endLeases()
      const again = await uploadAs('lost-answer')
      expect([again.status, await idOf(again)]).to.deep.equal([201, await idOf(first)])
      expect(await listedIds()).to.have.length(before.length + 1)
      expect((await whatIsLeft()).files).to.have.length(before.length + 1)
    })
  })
})
