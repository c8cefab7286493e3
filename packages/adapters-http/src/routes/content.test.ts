import { createHash } from 'node:crypto'
import { OutgoingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { StorageUnavailable, type AudioId } from '@audiohost/core'
import { someBytes } from '@audiohost/core/testing'
import { expect } from 'chai'
import fc from 'fast-check'
import sinon from 'sinon'
import { aService, mp3, uploadForm, type Service } from '../testing/a-service.ts'
import { expectProblem } from '../testing/expect-problem.ts'
import type { TestClient, TestReply } from '../testing/test-client.ts'

const content = Buffer.concat([mp3(10), someBytes(9990)])

for (const store of ['with handles', 'with streams only'] as const) {
  describe(`GET /v1/audio/file/{id} from a store ${store}`, () => {
    contentRoute(store === 'with handles')
  })
}

function contentRoute(hasHandles: boolean): void {
  let service: Service
  let client: TestClient
  let path: string
  beforeEach(async () => {
    service = await aService()
    if (!hasHandles) Object.assign(service.backend.contents, { acquire: undefined })
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
    const refuse = (): never => {
      throw new Error('HEAD opened the content')
    }
    Object.assign(service.backend.contents, { open: refuse, ...(hasHandles && { acquire: refuse }) })
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

  it('carries the SHA-256 of the whole with every part of it, and with no problem', async () => {
    const digest = `sha-256=:${createHash('sha256').update(content).digest('base64')}:`
    for (const headers of [{}, { Range: 'bytes=0-9' }, { Range: 'bytes=0-0,5-6' }]) {
      const reply = await get(headers)
      expect(reply.headers.get('repr-digest')).to.equal(digest)
      // That would be the sum of this very body (RFC 9530 section 2), which is known only once it has been sent.
      expect(reply.headers.has('content-digest')).to.equal(false)
    }
    expect((await client.send('HEAD', path)).headers.get('repr-digest')).to.equal(digest)
    for (const headers of [{ Range: 'bytes=10000-' }, { 'If-Match': '"other"' }]) {
      expect((await get(headers)).headers.has('repr-digest')).to.equal(false)
    }
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

  it('serves nothing of damaged content, and shows the audio with all that is known of it', async () => {
    const id = path.slice('/v1/audio/file/'.length) as AudioId
    const { checks, clock, incidents } = service.backend
    const metadata = async (): Promise<object> => (await client.get(`${path}/metadata`)).body
    const before = await metadata()
    await checks.record(id, { damage: 'corrupt', verifiedAt: clock.now() })
    for (const headers of [{}, { Range: 'bytes=0-9' }, { Range: 'bytes=0-0,5-6' }]) {
      expectProblem(await get(headers), '500 content_damaged')
    }
    const head = await client.send('HEAD', path)
    expect(head.status).to.equal(500)
    expect(head.headers.get('etag')).to.equal(null)
    expect(incidents.all.map(({ kind }) => kind)).to.deep.equal(Array(4).fill('content_damaged'))
    expect(await metadata()).to.deep.equal({ ...before, status: 'damaged' })
    const list = await client.get('/v1/audio/')
    const { chapters: _, ...listed } = before as { readonly chapters?: unknown }
    expect(list.body)
      .to.have.property('items')
      .that.deep.equals([{ ...listed, status: 'damaged' }])
    await checks.record(id, { damage: undefined, verifiedAt: clock.now() })
    expect((await get()).bytes.equals(content)).to.equal(true)
  })

  it('answers several ranges with each of them', async () => {
    const reply = await get({ Range: 'bytes=0-0,100-199,-3' })
    expect(reply.status).to.equal(206)
    expect(reply.headers.get('content-length')).to.equal(reply.bytes.length.toString())
    const parts = partsOf(reply)
    expect(parts.map(({ place }) => place)).to.deep.equal(['0-0', '100-199', '9997-9999'])
    expect(parts.map(({ type }) => type)).to.deep.equal(Array(3).fill('audio/mpeg'))
    expect(parts[1]?.bytes.equals(content.subarray(100, 200))).to.equal(true)
    expect(parts[2]?.bytes.equals(content.subarray(9997))).to.equal(true)
    const etag = reply.headers.get('etag') ?? ''
    expect((await get({ Range: 'bytes=0-0,5-6', 'If-Range': etag })).status).to.equal(206)
    expect((await get({ Range: 'bytes=0-0,5-6', 'If-Range': '"other"' })).status).to.equal(200)
  })

  it('gives the content back from any split of it, in one request or in many', async () => {
    const cuts = fc.uniqueArray(fc.integer({ min: 1, max: content.length - 1 }), { maxLength: 6 })
    await fc.assert(
      fc.asyncProperty(cuts, async (inner) => {
        const bounds = [0, ...inner.sort((a, b) => a - b), content.length]
        const places = bounds.slice(1).map((end, index) => `${bounds[index]!}-${end - 1}`)
        const replies = await Promise.all(places.map((place) => get({ Range: `bytes=${place}` })))
        expect(Buffer.concat(replies.map(({ bytes }) => bytes)).equals(content)).to.equal(true)

        // Every other part, so that none touch.
        const reply = await get({ Range: `bytes=${places.filter((_, index) => index % 2 === 0).join(',')}` })
        const parts = inner.length < 2 ? [] : partsOf(reply)
        for (const { place, bytes } of parts) {
          const [start = 0, end = 0] = place.split('-').map(Number)
          expect(bytes.equals(content.subarray(start, end + 1))).to.equal(true)
        }
      }),
      { numRuns: hasHandles ? 500 : 20 },
    )
  })

  it('gives a client up that takes nothing for a minute', async () => {
    const setTimeout = sinon.spy(OutgoingMessage.prototype, 'setTimeout')
    try {
      await get()
      expect(setTimeout.args).to.deep.equal([[60_000]])
    } finally {
      setTimeout.restore()
    }
  })

  it('cuts the connection where the content breaks, and logs why', async () => {
    const long = await client.post('/v1/audio/file', { body: uploadForm(mp3(150_000)) })
    breakAt(5000)
    const outcome = await client.get(long.headers.get('location') ?? '').then(
      () => 'whole',
      () => 'cut',
    )
    expect(outcome).to.equal('cut')
    expect(service.logged.join('')).to.include('the disk is dying')
    expect(service.backend.contents.openHandles).to.equal(0)
  })

  it('says that the storage does not answer where no byte of it can be read', async () => {
    breakAt(0)
    expectProblem(await get(), '503 storage_unavailable')
    expect(service.backend.contents.openHandles).to.equal(0)
  })

  /** From this byte on the content cannot be read. */
  function breakAt(position: number): void {
    const { contents } = service.backend
    const broken = new StorageUnavailable({ cause: new Error('EIO: the disk is dying') })
    const acquire = hasHandles ? contents.acquire.bind(contents) : undefined
    Object.assign(contents, {
      open: async () =>
        Readable.from(
          (function* () {
            if (position > 0) yield content.subarray(0, position)
            throw broken
          })(),
        ),
      ...(acquire && {
        acquire: async (id: AudioId) => {
          const handle = await acquire(id)
          let reads = 0
          const read = async (into: Uint8Array): Promise<number> => {
            if (position === 0 || reads++ > 0) throw broken
            return into.length
          }
          return { ...handle, read }
        },
      }),
    })
  }
}

interface Part {
  readonly place: string
  readonly type: string
  readonly bytes: Buffer
}

/** RFC 2046: what stands between the boundaries. */
function partsOf({ headers, bytes }: TestReply): Part[] {
  const [, boundary = ''] =
    /^multipart\/byteranges; boundary=(\S+)$/.exec(headers.get('content-type') ?? '') ?? []
  const text = bytes.toString('latin1')
  expect(text.endsWith(`\r\n--${boundary}--\r\n`)).to.equal(true)
  const parts = text.slice(0, -`\r\n--${boundary}--\r\n`.length).split(`\r\n--${boundary}\r\n`)
  expect(parts.shift()).to.equal('')
  return parts.map((part) => {
    const [, type = '', place = ''] =
      /^Content-Type: (\S+)\r\nContent-Range: bytes (\S+)\/10000\r\n\r\n/.exec(part) ?? []
    return { type, place, bytes: Buffer.from(part.slice(part.indexOf('\r\n\r\n') + 4), 'latin1') }
  })
}
