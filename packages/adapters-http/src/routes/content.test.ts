import { expect } from 'chai'
import { Readable } from 'node:stream'
import { aService, mp3, uploadForm, type Service } from '../testing/a-service.ts'
import { expectProblem } from '../testing/expect-problem.ts'
import type { TestClient } from '../testing/test-client.ts'

describe('GET /v1/audio/file/{id}', () => {
  const content = mp3(10_000)
  let service: Service
  let client: TestClient
  let path: string
  beforeEach(async () => {
    service = await aService()
    client = await service.aUser()
    const reply = await client.post('/v1/audio/file', { body: uploadForm(content) })
    path = reply.headers.get('location') ?? ''
  })
  afterEach(() => service.close())

  const get = (headers: Record<string, string> = {}) => client.get(path, { headers })

  it('answers with the whole, and what it is', async () => {
    const reply = await get()
    expect(reply.status).to.equal(200)
    expect(reply.bytes.equals(content)).to.equal(true)
    expect(reply.headers.get('content-type')).to.equal('audio/mpeg')
    expect(reply.headers.get('content-length')).to.equal('10000')
    expect(reply.headers.get('accept-ranges')).to.equal('bytes')
    expect(reply.headers.get('repr-digest')).to.match(/^sha-256=:.{44}:$/)
    expect(reply.headers.get('content-security-policy')).to.equal("sandbox; default-src 'none'")
    expect(reply.headers.get('cache-control')).to.equal('private, no-cache')
  })

  const ranges: readonly (readonly [string, number, number])[] = [
    ['bytes=0-', 0, 10_000],
    ['bytes=0-0', 0, 1],
    ['bytes=100-199', 100, 200],
    ['bytes=9999-', 9999, 10_000],
    ['bytes=-1', 9999, 10_000],
    ['bytes=5000-99999999999', 5000, 10_000],
  ]
  for (const [range, start, end] of ranges) {
    it(`answers ${range} with exactly that part`, async () => {
      const reply = await get({ Range: range })
      expect(reply.status).to.equal(206)
      expect(reply.headers.get('content-range')).to.equal(`bytes ${start}-${end - 1}/10000`)
      expect(reply.headers.get('content-length')).to.equal((end - start).toString())
      expect(reply.bytes.equals(content.subarray(start, end))).to.equal(true)
    })
  }

  it('refuses a range behind the end, and says where the end is', async () => {
    const reply = await get({ Range: 'bytes=10000-' })
    expectProblem(reply, '416 range_not_satisfiable')
    expect(reply.headers.get('content-range')).to.equal('bytes */10000')
  })

  it('obeys conditions', async () => {
    const etag = (await get()).headers.get('etag') ?? ''
    const unchanged = await get({ 'If-None-Match': etag })
    expect(unchanged.status).to.equal(304)
    expect(unchanged.headers.get('etag')).to.equal(etag)
    expectProblem(await get({ 'If-Match': '"other"' }), '412 precondition_failed')
    expect((await get({ Range: 'bytes=0-1', 'If-Range': etag })).status).to.equal(206)
    expect((await get({ Range: 'bytes=0-1', 'If-Range': '"other"' })).status).to.equal(200)
  })

  it('answers HEAD with the same headers and opens nothing', async () => {
    const whole = await get()
    service.backend.contents.open = () => {
      throw new Error('HEAD opened the content')
    }
    const head = await client.send('HEAD', path)
    expect(head.status).to.equal(200)
    expect(head.bytes.length).to.equal(0)
    for (const name of [
      'content-length',
      'content-type',
      'etag',
      'accept-ranges',
      'content-disposition',
      'repr-digest',
    ]) {
      expect(head.headers.get(name), name).to.equal(whole.headers.get(name))
    }
    const odd = await client.send('HEAD', '/v1/audio/file/x')
    expect(odd.status).to.equal(404)
  })

  it('offers to save the file where download is asked for', async () => {
    expect((await get()).headers.get('content-disposition')).to.equal('inline; filename="song.mp3"')
    const saved = await client.get(`${path}?download`)
    expect(saved.headers.get('content-disposition')).to.equal('attachment; filename="song.mp3"')
  })

  it('says that the bytes are missing, and tells the operator', async () => {
    for await (const { id } of service.backend.contents.list()) await service.backend.contents.remove(id)
    expectProblem(await get(), '500 content_missing')
    expect(service.backend.incidents.all).to.have.lengthOf(1)
  })

  it('cuts the connection where the content breaks, and logs why', async () => {
    service.backend.contents.open = async () =>
      Readable.from(
        (function* () {
          yield content.subarray(0, 5000)
          throw new Error('EIO: the disk is dying')
        })(),
      )
    const outcome = await get().then(
      () => 'whole',
      () => 'cut',
    )
    expect(outcome).to.equal('cut')
    expect(service.logged.join('')).to.include('the disk is dying')
  })
})
