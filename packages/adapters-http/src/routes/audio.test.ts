import { createHash } from 'node:crypto'
import { expect } from 'chai'
import { aService, mp3, uploadForm, type Service } from '../testing/a-service.ts'
import { expectProblem } from '../testing/expect-problem.ts'
import { maxUploadBytes } from '../testing/in-memory-use-cases.ts'
import type { TestClient } from '../testing/test-client.ts'

const titlesOf = (body: Readonly<Record<string, unknown>>) =>
  (body.items as Record<string, unknown>[]).map(({ title }) => title)

describe('audio', () => {
  let service: Service
  let client: TestClient
  beforeEach(async () => {
    service = await aService()
    client = await service.aUser()
  })
  afterEach(() => service.close())

  async function upload(fields: Record<string, string> = {}, by = client): Promise<string> {
    const reply = await by.post('/v1/audio/file', { body: uploadForm(mp3(), fields) })
    expect(reply.status, reply.text).to.equal(201)
    return reply.body.id as string
  }

  describe('POST /v1/audio/file', () => {
    it('stores the bytes and says where they are', async () => {
      const content = mp3(150_000)
      const reply = await client.post('/v1/audio/file', {
        body: uploadForm(content, { title: 'Nocturne', description: 'At home' }),
      })
      expect(reply.status).to.equal(201)
      expect(reply.headers.get('location')).to.equal(`/v1/audio/file/${String(reply.body.id)}`)
      expect(reply.body).to.include({
        title: 'Nocturne',
        description: 'At home',
        file_name: 'song.mp3',
        content_type: 'audio/mpeg',
        size: 150_000,
        sha256: createHash('sha256').update(content).digest('hex'),
        status: 'ready',
      })
      const played = await client.get(reply.headers.get('location') ?? '')
      expect(played.bytes.equals(content)).to.equal(true)
    })

    it('names it after its file where no title is given', async () => {
      const reply = await client.post('/v1/audio/file', { body: uploadForm(mp3(), { title: ' ' }) })
      expect(reply.body.title).to.equal('song')
    })

    const refused: readonly (readonly [string, Buffer, Parameters<typeof expectProblem>[1]])[] = [
      ['an empty file', Buffer.alloc(0), '422 not_audio'],
      ['a page called song.mp3', Buffer.from('<html><script>alert(1)</script>'), '422 not_audio'],
      ['a file that is cut off', Buffer.from('ID3<truncated>'), '422 not_audio'],
      ['a format that is not accepted', Buffer.from('FWS flash'), '415 unsupported_audio'],
      ['too large a file', mp3(maxUploadBytes + 1), '413 content_too_large'],
    ]
    for (const [title, content, answer] of refused) {
      it(`refuses ${title} and lists nothing`, async () => {
        const reply = await client.post('/v1/audio/file', { body: uploadForm(content) })
        expectProblem(reply, answer, answer === '422 not_audio' ? '/file' : undefined)
        expect((await client.get('/v1/audio/')).body.items).to.deep.equal([])
        for await (const left of service.backend.contents.list()) expect.fail(`left behind: ${left.id}`)
      })
    }

    it('says that the storage is full', async () => {
      for (let n = 0; n < 5; n++) {
        await client.post('/v1/audio/file', { body: uploadForm(mp3(maxUploadBytes)) })
      }
      const reply = await client.post('/v1/audio/file', { body: uploadForm(mp3(maxUploadBytes)) })
      expectProblem(reply, '507 storage_full')
    })

    it('names the field that is wrong', async () => {
      const tooLong = uploadForm(mp3(), { title: 'x'.repeat(201) })
      expectProblem(await client.post('/v1/audio/file', { body: tooLong }), '422 invalid_input', '/title')
      const unknown = uploadForm(mp3(), { owner_id: 'me' })
      expectProblem(await client.post('/v1/audio/file', { body: unknown }), '422 invalid_input', '/owner_id')
      expect((await client.get('/v1/audio/')).body.items).to.deep.equal([])
    })

    it('refuses what is no form', async () => {
      const json = await client.post('/v1/audio/file', { json: { file: 'x' } })
      expectProblem(json, '415 unsupported_media_type')
      const torn = await client.post('/v1/audio/file', {
        body: 'nonsense',
        headers: { 'Content-Type': 'multipart/form-data; boundary=x' },
      })
      expect(torn.status).to.be.oneOf([400, 422])
    })

    it('lets nobody send a byte without a session', async () => {
      const reply = await service.client().post('/v1/audio/file', { body: uploadForm(mp3()) })
      expectProblem(reply, '401 not_authenticated')
    })
  })

  describe('GET /v1/audio/', () => {
    beforeEach(async () => {
      for (const title of ['one', 'two', 'three']) {
        service.backend.clock.advance(1)
        await upload({ title })
      }
    })

    it('lists the own audio only, newest first unless told otherwise', async () => {
      await upload({ title: 'foreign' }, await service.aUser('ben@example.com'))
      expect(titlesOf((await client.get('/v1/audio/')).body)).to.deep.equal(['three', 'two', 'one'])
      expect(titlesOf((await client.get('/v1/audio?sort=-created_at')).body)).to.deep.equal([
        'three',
        'two',
        'one',
      ])
      expect(titlesOf((await client.get('/v1/audio/?sort=created_at')).body)).to.deep.equal([
        'one',
        'two',
        'three',
      ])
    })

    it('pages by a cursor, and links to the next page under the same query', async () => {
      const first = await client.get('/v1/audio/?limit=2&sort=created_at')
      expect(titlesOf(first.body)).to.deep.equal(['one', 'two'])
      const cursor = String(first.body.next_cursor)
      const link = `</v1/audio/?limit=2&sort=created_at&cursor=${cursor}>; rel="next"`
      expect(first.headers.get('link')).to.equal(link)
      const second = await client.get(`/v1/audio/?limit=2&sort=created_at&cursor=${cursor}`)
      expect(titlesOf(second.body)).to.deep.equal(['three'])
      expect(second.body.next_cursor).to.equal(null)
      expect(second.headers.get('link')).to.equal(null)
    })

    const ordered: readonly (readonly [string, readonly string[]])[] = [
      ['sort=title', ['one', 'three', 'two']],
      ['sort=-title', ['two', 'three', 'one']],
      ['sort=duration&content_type=audio/mpeg', ['one', 'two', 'three']],
      ['sort=-size', ['three', 'two', 'one']],
      ['content_type=audio/flac', []],
      ['created_from=2026-01-01', ['three', 'two', 'one']],
      ['created_to=2026-01-01', ['three', 'two', 'one']],
      ['created_to=2025-12-31', []],
      ['created_from=2026-01-02', []],
      ['created_from=2026-01-01T00:00:02Z', ['three', 'two']],
      ['created_from=2026-01-01T00:00:02.001Z', ['three']],
      ['created_to=2026-01-01T00:00:02Z', ['two', 'one']],
      ['created_to=2026-01-01T02:00:01%2B02:00', ['one']],
      ['created_from=2026-01-01T00:00:02Z&created_to=2026-01-01T00:00:02Z', ['two']],
    ]
    for (const [query, titles] of ordered) {
      it(`answers ?${query} page by page`, async () => {
        const found: unknown[] = []
        let next = `/v1/audio/?limit=1&${query}`
        while (next !== '') {
          const reply = await client.get(next)
          expect(reply.status, reply.text).to.equal(200)
          found.push(...titlesOf(reply.body))
          next = /^<(.*)>; rel="next"$/.exec(reply.headers.get('link') ?? '')?.[1] ?? ''
        }
        expect(found).to.deep.equal(titles)
      })
    }

    it('refuses the cursor of another list', async () => {
      const { body } = await client.get('/v1/audio/?limit=1&sort=title')
      const cursor = String(body.next_cursor)
      for (const query of [
        'sort=-title',
        'sort=size',
        '',
        'sort=title&q=o',
        'sort=title&created_to=2026-01-01',
      ]) {
        expectProblem(
          await client.get(`/v1/audio/?${query}&cursor=${cursor}`),
          '422 invalid_cursor',
          '/cursor',
        )
      }
      const again = await client.get(`/v1/audio/?limit=2&sort=title&cursor=${cursor}`)
      expect(titlesOf(again.body)).to.deep.equal(['three', 'two'])
    })

    it('searches', async () => {
      expect(titlesOf((await client.get('/v1/audio/?q=TW')).body)).to.deep.equal(['two'])
      expect(titlesOf((await client.get('/v1/audio/?q=%25')).body)).to.deep.equal([])
      expect(titlesOf((await client.get('/v1/audio/?q=')).body)).to.have.lengthOf(3)
      expect(titlesOf((await client.get('/v1/audio/?q=SONG+%C3%B6ne')).body)).to.deep.equal(['one'])
    })

    it('shows the most relevant first, unless another order is asked for', async () => {
      service.backend.clock.advance(1)
      await upload({ title: 'A two-one' })
      await upload({ title: 'none' })
      const pages = async (query: string) => {
        const first = await client.get(`/v1/audio/?limit=1&${query}`)
        const cursor = String(first.body.next_cursor)
        const rest = await client.get(`/v1/audio/?${query}&cursor=${cursor}`)
        return [...titlesOf(first.body), ...titlesOf(rest.body)]
      }
      expect(await pages('q=one')).to.deep.equal(['one', 'A two-one', 'none'])
      expect(await pages('q=one&sort=-title')).to.deep.equal(['one', 'none', 'A two-one'])
    })

    const refused: readonly (readonly [string, string])[] = [
      ['limit=0', '/limit'],
      ['limit=101', '/limit'],
      ['limit=-1', '/limit'],
      ['limit=', '/limit'],
      ['limit=1e1', '/limit'],
      ['limit=0x10', '/limit'],
      ['limit=5.5', '/limit'],
      ['limit=NaN', '/limit'],
      ['limit=99999999999999999999', '/limit'],
      ['limit=1&limit=2', '/limit'],
      ['sort=file_name', '/sort'],
      ['sort=+title', '/sort'],
      ['content_type=audio/*', '/content_type'],
      ['content_type=audio/mpeg&content_type=audio/flac', '/content_type'],
      ['created_from=yesterday', '/created_from'],
      ['created_from=2026-11-22T10:00:00', '/created_from'],
      ['created_from=2026-02-30', '/created_from'],
      ['created_to=1e9', '/created_to'],
      ['sort=created_at&sort=-created_at', '/sort'],
      ['cursor=x', '/cursor'],
      ['cursor=', '/cursor'],
      ['cursor=%00', '/cursor'],
      ['q=%00', '/q'],
      ['q=a%0ab', '/q'],
      [`q=${'x'.repeat(201)}`, '/q'],
    ]
    for (const [query, field] of refused) {
      it(`refuses ?${query.slice(0, 40)}`, async () => {
        const reply = await client.get(`/v1/audio/?${query}`)
        expectProblem(reply, field === '/cursor' ? '422 invalid_cursor' : '422 invalid_input', field)
      })
    }
  })

  describe('one audio', () => {
    it('shows what is known of it', async () => {
      const id = await upload({ title: 'one' })
      const reply = await client.get(`/v1/audio/file/${id}/metadata`)
      expect(reply.body).to.include({ id, title: 'one', codec: 'mp3', duration: 5 })
    })

    it('changes title and description', async () => {
      const id = await upload({ title: 'one' })
      const reply = await client.patch(`/v1/audio/file/${id}`, { json: { title: ' uno ', description: '' } })
      expect(reply.body).to.include({ id, title: 'uno', description: '' })
      for (const field of ['owner_id', 'size', 'sha256', 'file_name', 'status', 'content_type']) {
        const fixed = await client.patch(`/v1/audio/file/${id}`, { json: { [field]: 'x' } })
        expectProblem(fixed, '422 invalid_input', `/${field}`)
      }
      const empty = await client.patch(`/v1/audio/file/${id}`, { json: { title: '' } })
      expectProblem(empty, '422 invalid_input', '/title')
    })

    it('is gone once it is deleted', async () => {
      const id = await upload()
      expect((await client.delete(`/v1/audio/file/${id}`)).status).to.equal(204)
      expectProblem(await client.delete(`/v1/audio/file/${id}`), '404 audio_not_found')
      expectProblem(await client.get(`/v1/audio/file/${id}`), '404 audio_not_found')
      expectProblem(await client.get(`/v1/audio/file/${id}/metadata`), '404 audio_not_found')
      expect((await client.get('/v1/audio/')).body.items).to.deep.equal([])
    })

    it('of somebody else is the same as none', async () => {
      const foreign = await upload({}, await service.aUser('ben@example.com'))
      const ids = [foreign, '01939c1e-7a4b-7cc3-9f7e-2b1d3c4e5f60', 'not-an-id', '%00', '..%2f..%2f']
      for (const [method, suffix] of [
        ['GET', ''],
        ['GET', '/metadata'],
        ['PATCH', ''],
        ['DELETE', ''],
      ] as const) {
        const answers = new Set<string>()
        for (const id of ids) {
          const json = method === 'PATCH' ? { json: { title: 'mine' } } : {}
          const reply = await client.send(method, `/v1/audio/file/${id}${suffix}`, json)
          expectProblem(reply, '404 audio_not_found')
          answers.add(JSON.stringify({ ...reply.body, request_id: '', instance: '' }))
        }
        expect(answers.size).to.equal(1)
      }
    })
  })
})
