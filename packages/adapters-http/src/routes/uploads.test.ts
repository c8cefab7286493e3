import { createHash } from 'node:crypto'
import { expect } from 'chai'
import { aService, mp3, type Service } from '../testing/a-service.ts'
import { expectProblem } from '../testing/expect-problem.ts'
import { maxUploadBytes } from '../testing/in-memory-use-cases.ts'
import type { TestClient, TestReply } from '../testing/test-client.ts'

const base64 = (text: string): string => Buffer.from(text).toString('base64')
const tus = { 'Tus-Resumable': '1.0.0' }
const partType = { 'Content-Type': 'application/offset+octet-stream' }
const song = mp3(100_000)

describe('tus at /v1/audio/uploads', () => {
  let service: Service
  let client: TestClient
  beforeEach(async () => {
    service = await aService()
    client = await service.aUser()
  })
  afterEach(() => service.close())

  const begin = (headers: Record<string, string> = {}, body?: Buffer): Promise<TestReply> =>
    client.post('/v1/audio/uploads', { headers: { ...tus, 'Upload-Length': '100000', ...headers }, body })
  const begun = async (headers?: Record<string, string>): Promise<string> => {
    const reply = await begin(headers)
    expect(reply.status, reply.text).to.equal(201)
    return String(reply.headers.get('location'))
  }
  // eslint-disable-next-line max-params
  const patch = (path: string, offset: number, body: Buffer, headers: Record<string, string> = {}) =>
    client.patch(path, {
      body,
      headers: { ...tus, ...partType, 'Upload-Offset': offset.toString(), ...headers },
    })
  const head = (path: string): Promise<TestReply> => client.send('HEAD', path, { headers: tus })
  const expectSong = async (reply: TestReply, content = song): Promise<void> => {
    const id = String(reply.headers.get('audio-id'))
    expect(reply.headers.get('content-location')).to.equal(`/v1/audio/file/${id}`)
    expect((await client.get(`/v1/audio/file/${id}`)).bytes.equals(content)).to.equal(true)
    const page = await client.get('/v1/audio/')
    expect(page.body.items).to.have.length(1)
    const stored: string[] = []
    for await (const content of service.backend.contents.list()) stored.push(content.id)
    expect(stored).to.deep.equal([id])
  }

  it('says what it can do, to anybody', async () => {
    for (const path of ['/v1/audio/uploads', '/v1/audio/uploads/01939c1e-7a4b-7cc3-9f7e-2b1d3c4e5f60']) {
      const reply = await service.client().send('OPTIONS', path)
      expect(reply.status).to.equal(204)
      expect(reply.headers.get('tus-version')).to.equal('1.0.0')
      expect(reply.headers.get('tus-extension')?.split(',')).to.have.members([
        'creation',
        'creation-with-upload',
        'creation-defer-length',
        'termination',
        'expiration',
        'checksum',
      ])
      expect(reply.headers.get('tus-max-size')).to.equal(maxUploadBytes.toString())
      expect(reply.headers.get('tus-checksum-algorithm')).to.contain('sha1')
    }
  })

  it('names its version in whatever it answers', async () => {
    const path = await begun()
    const absent = '/v1/audio/uploads/01939c1e-7a4b-7cc3-9f7e-2b1d3c4e5f60'
    const checksum = { 'Upload-Checksum': `sha1 ${base64('x')}` }
    const replies = [
      await head(absent),
      await head('/v1/audio/uploads/nothing'),
      await patch(path, 5, song),
      await patch(path, 0, song, checksum),
      await patch(path, 0, song, { 'Content-Type': 'audio/mpeg' }),
      await begin({ 'Tus-Resumable': '0.2.2' }),
      await begin({ 'Upload-Length': '-1' }),
      await begin({ 'Upload-Length': '200001' }),
      await client.get(path),
      await service.client().send('HEAD', path, { headers: tus }),
    ]
    expect(replies.map(({ status }) => status)).to.deep.equal([
      404, 404, 409, 460, 415, 412, 400, 413, 405, 401,
    ])
    for (const { status, headers } of replies)
      expect(headers.get('tus-resumable'), status.toString()).to.equal('1.0.0')
    expect((await client.get('/v1/audio/')).headers.get('tus-resumable')).to.equal(null)
  })

  it('takes no method but that of the request', async () => {
    const path = await begun()
    const reply = await client.post(path, {
      body: song,
      headers: { ...tus, ...partType, 'Upload-Offset': '0', 'X-HTTP-Method-Override': 'PATCH' },
    })
    expectProblem(reply, '405 method_not_allowed')
    expect((await head(path)).headers.get('upload-offset')).to.equal('0')
  })

  it('takes a file in parts and names the audio with the last', async () => {
    const metadata = `filename ${base64('a/sóng.mp3')},title ${base64('Nocturne')},private`
    const reply = await begin({ 'Upload-Metadata': metadata })
    expect(reply.status).to.equal(201)
    expect(reply.headers.get('tus-resumable')).to.equal('1.0.0')
    expect(Date.parse(reply.headers.get('upload-expires') ?? '')).to.equal(
      service.backend.clock.now().getTime() + 24 * 3600 * 1000,
    )
    const path = String(reply.headers.get('location'))
    const first = await patch(path, 0, song.subarray(0, 60_000))
    expect(first.status).to.equal(204)
    expect(first.headers.get('upload-offset')).to.equal('60000')
    expect(first.headers.get('audio-id')).to.equal(null)
    const between = await head(path)
    expect(between.status).to.equal(200)
    expect(between.headers.get('cache-control')).to.equal('no-store')
    expect(between.headers.get('upload-offset')).to.equal('60000')
    expect(between.headers.get('upload-length')).to.equal('100000')
    expect(between.headers.get('upload-metadata')).to.equal(metadata)
    const last = await patch(path, 60_000, song.subarray(60_000))
    expect(last.status).to.equal(204)
    await expectSong(last)
    const after = await head(path)
    expect(after.headers.get('upload-offset')).to.equal('100000')
    expect(after.headers.get('audio-id')).to.equal(last.headers.get('audio-id'))
    const [audio] = (await client.get('/v1/audio/')).body.items as Record<string, unknown>[]
    expect(audio).to.include({
      title: 'Nocturne',
      file_name: 'sóng.mp3',
      sha256: createHash('sha256').update(song).digest('hex'),
    })
  })

  it('takes the first part, or all, with the creation', async () => {
    const reply = await begin(partType, song.subarray(0, 10))
    expect(reply.status, reply.text).to.equal(201)
    expect(reply.headers.get('upload-offset')).to.equal('10')
    await client.delete(String(reply.headers.get('location')), { headers: tus })
    await expectSong(await begin(partType, song))
  })

  it('learns the length later', async () => {
    const reply = await client.post('/v1/audio/uploads', { headers: { ...tus, 'Upload-Defer-Length': '1' } })
    const path = String(reply.headers.get('location'))
    expect((await head(path)).headers.get('upload-defer-length')).to.equal('1')
    expect((await head(path)).headers.get('upload-length')).to.equal(null)
    await patch(path, 0, song.subarray(0, 5000))
    await patch(path, 5000, song.subarray(5000, 6000), { 'Upload-Length': '100000' })
    const last = await patch(path, 6000, song.subarray(6000), { 'Upload-Length': '100000' })
    expect(last.status, last.text).to.equal(204)
    await expectSong(last)
  })

  it('is given up, with all that had come', async () => {
    const path = await begun()
    await patch(path, 0, song.subarray(0, 5000))
    expect((await client.delete(path, { headers: tus })).status).to.equal(204)
    expect((await head(path)).status).to.equal(404)
    expectProblem(await patch(path, 5000, song.subarray(5000)), '404 upload_not_found')
    for await (const content of service.backend.contents.list()) expect.fail(`left behind: ${content.id}`)
    expect((await client.get('/v1/auth/me/usage')).body).to.include({ reserved_bytes: 0, reserved_files: 0 })
  })

  it('is over when its time is', async () => {
    const path = await begun()
    service.backend.clock.advance(24 * 3600)
    // The session is over as well.
    const again = await service.logIn('ann@example.com')
    expect((await again.send('HEAD', path, { headers: tus })).status).to.equal(404)
  })

  describe('compares', () => {
    const sum = (algorithm: string, bytes: Buffer): string =>
      `${algorithm} ${createHash(algorithm).update(bytes).digest('base64')}`

    for (const algorithm of ['sha1', 'sha256', 'md5']) {
      it(`a part with its ${algorithm}, and keeps nothing of another`, async () => {
        const path = await begun()
        const part = song.subarray(0, 60_000)
        const wrong = await patch(path, 0, part, { 'Upload-Checksum': sum(algorithm, song) })
        expectProblem(wrong, '460 checksum_mismatch')
        expect((await head(path)).headers.get('upload-offset')).to.equal('0')
        const right = await patch(path, 0, part, { 'Upload-Checksum': sum(algorithm, part) })
        expect(right.headers.get('upload-offset')).to.equal('60000')
      })
    }

    it('a part that tells the length, and keeps neither where they differ', async () => {
      const deferred = { 'Upload-Defer-Length': '1' }
      const reply = await client.post('/v1/audio/uploads', { headers: { ...tus, ...deferred } })
      const path = String(reply.headers.get('location'))
      const wrong = { 'Upload-Checksum': sum('sha1', song.subarray(1)), 'Upload-Length': '60000' }
      expectProblem(await patch(path, 0, song.subarray(0, 60_000), wrong), '460 checksum_mismatch')
      expect((await head(path)).headers.get('upload-defer-length')).to.equal('1')
      const right = { 'Upload-Checksum': sum('sha1', song), 'Upload-Length': '100000' }
      await expectSong(await patch(path, 0, song, right))
    })

    it('a part with its Content-Digest', async () => {
      const path = await begun()
      const digest = (bytes: Buffer): Record<string, string> => ({
        'Content-Digest': `sha-256=:${createHash('sha256').update(bytes).digest('base64')}:`,
      })
      expectProblem(await patch(path, 0, song, digest(song.subarray(1))), '422 digest_mismatch')
      await expectSong(await patch(path, 0, song, digest(song)))
    })

    it('the whole with the Repr-Digest that it began with', async () => {
      const digest = createHash('sha256').update(song.subarray(1)).digest('base64')
      const path = await begun({ 'Repr-Digest': `sha-256=:${digest}:` })
      expectProblem(await patch(path, 0, song), '422 digest_mismatch')
      expect((await head(path)).status).to.equal(404)
    })
  })

  describe('refuses', () => {
    it('another version', async () => {
      for (const version of [{}, { 'Tus-Resumable': '0.2.2' }]) {
        const reply = await client.post('/v1/audio/uploads', {
          headers: { 'Upload-Length': '5', ...version },
        })
        expectProblem(reply, '412 precondition_failed')
        expect(reply.headers.get('tus-version')).to.equal('1.0.0')
      }
    })

    it('lengths and offsets that are none', async () => {
      for (const length of ['-1', '1.5', '1e3', 'x', '99999999999999999999'])
        expectProblem(await begin({ 'Upload-Length': length }), '400 malformed_request')
      expectProblem(await begin({ 'Upload-Length': '0' }), '422 not_audio', '/file')
      expectProblem(
        await begin({ 'Upload-Length': (maxUploadBytes + 1).toString() }),
        '413 content_too_large',
      )
      expectProblem(await begin({ 'Upload-Defer-Length': '1' }), '400 malformed_request')
      const path = await begun()
      expectProblem(await patch(path, 1, song), '409 upload_offset_conflict')
      expectProblem(await patch(path, 0, song, { 'Upload-Offset': '-1' }), '400 malformed_request')
      expectProblem(await patch(path, 0, Buffer.concat([song, song])), '413 upload_length_exceeded')
      expectProblem(await patch(path, 0, song, { 'Upload-Length': '100001' }), '400 malformed_request')
      expect((await head(path)).headers.get('upload-offset')).to.equal('0')
    })

    it('other types, metadata that cannot be read, unknown checksums', async () => {
      const path = await begun()
      expectProblem(
        await patch(path, 0, song, { 'Content-Type': 'audio/mpeg' }),
        '415 unsupported_media_type',
      )
      expectProblem(await begin({ 'Content-Type': 'audio/mpeg' }, song), '415 unsupported_media_type')
      expectProblem(await patch(path, 0, song, { 'Content-Encoding': 'gzip' }), '415 unsupported_media_type')
      expectProblem(await begin({ 'Upload-Metadata': 'filename !!' }), '400 malformed_request')
      expectProblem(await patch(path, 0, song, { 'Upload-Checksum': 'crc32 AAAA' }), '400 malformed_request')
      expectProblem(
        await begin({ 'Upload-Metadata': `title ${base64('x'.repeat(201))}` }),
        '422 invalid_input',
        '/title',
      )
      expect((await head(path)).headers.get('upload-offset')).to.equal('0')
    })

    it('what is no audio, and forgets it', async () => {
      const path = await begun()
      expectProblem(await patch(path, 0, Buffer.alloc(100_000, '<html>')), '422 not_audio', '/file')
      expect((await head(path)).status).to.equal(404)
      expect((await client.get('/v1/auth/me/usage')).body).to.include({ reserved_files: 0 })
    })

    it('GET, and a path that can be no upload', async () => {
      const path = await begun()
      const reply = await client.get(path)
      expectProblem(reply, '405 method_not_allowed')
      expect(reply.headers.get('allow')?.split(', ')).to.include.members([
        'HEAD',
        'PATCH',
        'DELETE',
        'OPTIONS',
      ])
      expectProblem(await patch('/v1/audio/uploads/nothing', 0, song), '404 upload_not_found')
    })
  })

  it('takes NULs in names for nothing', async () => {
    const path = await begun({ 'Upload-Metadata': `filename ${base64('a\0b.mp3')},x ${base64('\0')}` })
    const reply = await patch(path, 0, song)
    expect(reply.status, reply.text).to.equal(204)
    await expectSong(reply)
  })

  it('tells a player from another origin what it needs', async () => {
    const origin = { Origin: 'https://player.example.org' }
    const preflight = await service.client().send('OPTIONS', '/v1/audio/uploads', {
      headers: { ...origin, 'Access-Control-Request-Method': 'PATCH' },
    })
    expect(preflight.headers.get('access-control-allow-headers')).to.contain('Upload-Offset')
    expect(preflight.headers.get('access-control-allow-origin')).to.equal('https://player.example.org')
    const reply = await begin(origin)
    expect(reply.headers.get('access-control-allow-origin')).to.equal('https://player.example.org')
    expect(reply.headers.get('access-control-expose-headers')).to.contain('Upload-Offset')
  })
})
