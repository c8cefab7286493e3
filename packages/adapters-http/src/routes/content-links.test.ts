import { StorageUnavailable } from '@audiohost/core'
import { FakeContentLinks } from '@audiohost/core/in-memory'
import { someBytes } from '@audiohost/core/testing'
import { expect } from 'chai'
import { aService, mp3, uploadForm, type Service } from '../testing/a-service.ts'
import { expectProblem } from '../testing/expect-problem.ts'
import type { TestClient, TestReply } from '../testing/test-client.ts'

const content = Buffer.concat([mp3(10), someBytes(9990)])

describe('GET /v1/audio/file/{id} where contents are delivered by links', () => {
  let service: Service
  let client: TestClient
  let links: FakeContentLinks
  let path: string

  beforeEach(async () => {
    service = await aService()
    const { contents, clock, delivery } = service.backend
    client = await service.aUser()
    const reply = await client.post('/v1/audio/file', { body: uploadForm(content) })
    path = reply.headers.get('location') ?? ''

    const open = contents.open.bind(contents)
    const refuse = (): never => {
      throw new Error('The content was opened')
    }
    Object.assign(contents, { open: refuse, acquire: refuse })
    links = new FakeContentLinks({ contents: { open }, clock })
    Object.assign(delivery, { links })
  })
  afterEach(() => service.close())

  const get = (headers: Record<string, string> = {}): Promise<TestReply> => client.get(path, { headers })
  const linkIn = (reply: TestReply): URL => new URL(reply.headers.get('location') ?? '')

  for (const range of [undefined, 'bytes=0-0', 'bytes=100-', 'bytes=0-1,5-6']) {
    it(`leads to the bytes in the storage, and opens nothing: ${range ?? 'the whole'}`, async () => {
      const reply = await get(range === undefined ? {} : { Range: range })
      expect(reply.status).to.equal(302)
      expect(reply.bytes).to.have.length(0)
      expect(reply.headers.get('cache-control')).to.equal('private, no-store')
      const followed = await links.follow(linkIn(reply))
      expect(Buffer.from(followed.bytes ?? []).equals(content)).to.equal(true)
    })
  }

  it('says nothing of the bytes that is true of the storage only', async () => {
    const { headers } = await get()
    for (const name of ['etag', 'last-modified', 'content-type', 'repr-digest', 'accept-ranges']) {
      expect(headers.has(name), name).to.equal(false)
    }
  })

  it('lets the storage say what the bytes are and how to take them, as the service would', async () => {
    const name = 'inline; filename="song.mp3"'
    expect(await links.follow(linkIn(await get()))).to.include({
      contentType: 'audio/mpeg',
      contentDisposition: name,
    })
    const saved = await links.follow(linkIn(await client.get(`${path}?download`)))
    expect(saved.contentDisposition).to.equal(name.replace('inline', 'attachment'))
  })

  it('answers HEAD itself, and conditions, and ranges that cannot be', async () => {
    const head = await client.send('HEAD', path)
    expect(head.status).to.equal(200)
    expect(head.headers.get('content-length')).to.equal('10000')
    expect(head.headers.has('location')).to.equal(false)
    const etag = head.headers.get('etag') ?? ''
    expect((await get({ 'If-None-Match': etag })).status).to.equal(304)
    expect((await get({ 'If-None-Match': '"of-the-storage"' })).status).to.equal(302)
    expectProblem(await get({ 'If-Match': '"other"' }), '412 precondition_failed')
    expectProblem(await get({ Range: 'bytes=10000-' }), '416 range_not_satisfiable')
  })

  it('gives a link to nobody but the owner', async () => {
    const stranger = await service.aUser('eve@example.com')
    const admin = await service.anAdmin()
    for (const [who, problem] of [
      [service.client(), '401 not_authenticated'],
      [stranger, '404 audio_not_found'],
      [admin, '404 audio_not_found'],
    ] as const) {
      const reply = await who.get(path)
      expectProblem(reply, problem)
      expect(reply.headers.has('location')).to.equal(false)
    }
    await client.delete(path)
    expectProblem(await get(), '404 audio_not_found')
  })

  it('ends with the session for the service, and by itself in the storage', async () => {
    const link = linkIn(await get())
    await client.post('/v1/auth/logout')
    expectProblem(await get(), '401 not_authenticated')
    service.backend.clock.advance(3600)
    expect((await links.follow(link)).status).to.equal(400)
  })

  it('is unavailable where no link can be signed', async () => {
    const secret = 'X-Goog-Signature=5ec12e7'
    links.linkTo = () =>
      Promise.reject(new StorageUnavailable({ cause: new Error(`https://storage.example.com/a?${secret}`) }))
    expectProblem(await get(), '503 storage_unavailable')
    expect((await get()).text).to.not.include(secret)
  })

  it('writes no link into the log, neither its address nor its signature', async () => {
    const link = linkIn(await get())
    await get({ Range: 'bytes=0-0' })
    await client.send('HEAD', path)
    await service.close()
    const log = service.logged.join('')
    expect(service.logged.some((line) => line.includes('"status":302'))).to.equal(true)
    expect(log).to.not.include(link.host)
    for (const [name, value] of link.searchParams) {
      expect(log, name).to.not.include(value)
      expect(log, name).to.not.include(encodeURIComponent(value))
    }
  })
})
