import { createHash } from 'node:crypto'
import { expect } from 'chai'
import { aService, mp3, uploadForm, type Service } from '../testing/a-service.ts'
import { expectProblem } from '../testing/expect-problem.ts'
import { maxUploadBytes } from '../testing/in-memory-use-cases.ts'
import { RawConnection } from '../testing/raw-connection.ts'
import type { TestClient } from '../testing/test-client.ts'

const digestOf = (bytes: Uint8Array | string): string =>
  `sha-256=:${createHash('sha256').update(bytes).digest('base64')}:`

describe('POST /v1/audio/file', () => {
  let service: Service
  let client: TestClient
  beforeEach(async () => {
    service = await aService()
    client = await service.aUser()
  })
  afterEach(() => service.close())

  const post = (body: Buffer, headers: Record<string, string>, query = '') =>
    client.post(`/v1/audio/file${query}`, { body, headers })
  const expectNothing = async (): Promise<void> => {
    expect((await client.get('/v1/audio/')).body.items).to.deep.equal([])
    expect((await client.get('/v1/auth/me/usage')).body).to.include({ reserved_bytes: 0, reserved_files: 0 })
    for await (const left of service.backend.contents.list()) expect.fail(`left behind: ${left.id}`)
  }

  describe('with the file as the body', () => {
    for (const type of [
      'audio/mpeg',
      'audio/x-wav; rate=1',
      'application/octet-stream',
      'application/ogg',
      'video/webm',
    ]) {
      it(`takes it as ${type}, and its words from the query`, async () => {
        const content = mp3(50_000)
        const reply = await post(
          content,
          { 'Content-Type': type },
          '?file_name=a%2Fsong.mp3&title=Nocturne&description=At%20home',
        )
        expect(reply.status, reply.text).to.equal(201)
        expect(reply.body).to.include({
          title: 'Nocturne',
          description: 'At home',
          file_name: 'song.mp3',
          content_type: 'audio/mpeg',
          sha256: createHash('sha256').update(content).digest('hex'),
        })
        expect((await client.get(reply.headers.get('location') ?? '')).bytes.equals(content)).to.equal(true)
      })
    }

    for (const [claimed, fileName, saved] of [
      [undefined, 'audio.mp3', 'audio.mp3'],
      ['Nocturne', 'Nocturne', 'Nocturne.mp3'],
      ['song.wav.', 'song.wav', 'song.mp3'],
      [`${'n'.repeat(300)}.mp3`, `${'n'.repeat(251)}.mp3`, `${'n'.repeat(251)}.mp3`],
    ] as const) {
      it(`stores ${claimed?.slice(0, 20) ?? 'no name'} as ${fileName.slice(0, 20)} and saves it with its extension`, async () => {
        const query = claimed === undefined ? '' : `?file_name=${claimed}`
        const reply = await post(mp3(), { 'Content-Type': 'audio/mpeg' }, query)
        expect(reply.body).to.include({ file_name: fileName })
        const download = await client.get(`${reply.headers.get('location') ?? ''}?download`)
        expect(download.headers.get('content-disposition')).to.equal(`attachment; filename="${saved}"`)
      })
    }

    it('refuses what is no audio, empty, too large, or of another type, and keeps nothing', async () => {
      const type = { 'Content-Type': 'audio/mpeg' }
      expectProblem(await post(Buffer.from('<html>'), type), '422 not_audio', '/file')
      expectProblem(await post(Buffer.alloc(0), type), '422 not_audio', '/file')
      expectProblem(await post(mp3(maxUploadBytes + 1), type), '413 content_too_large')
      expectProblem(await post(mp3(), { 'Content-Type': 'text/plain' }), '415 unsupported_media_type')
      expectProblem(await post(mp3(), { 'Content-Type': 'video/mp4' }), '415 unsupported_media_type')
      expectProblem(await post(mp3(), { ...type, 'Content-Encoding': 'gzip' }), '415 unsupported_media_type')
      await expectNothing()
    })

    it('names a parameter that is wrong before it reads the file', async () => {
      const reply = await post(mp3(), { 'Content-Type': 'audio/mpeg' }, `?title=${'x'.repeat(201)}`)
      expectProblem(reply, '422 invalid_input', '/title')
    })

    it('asks a client that waits for it for the bytes only where there is room', async () => {
      const user = await client.get('/v1/auth/me')
      await service.backend.quotas.change(user.body.id as never, { bytes: 1000, files: undefined })
      const token = client.cookies.get('__Host-access_token') ?? ''
      const connection = await RawConnection.open(service.port)
      await connection.send(
        `POST /v1/audio/file HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nContent-Type: audio/mpeg\r\n` +
          'Content-Length: 1001\r\nExpect: 100-continue\r\n\r\n',
      )
      expect((await connection.reply()).status).to.equal(507)
      connection.socket.destroy()
      await expectNothing()
    })
  })

  describe('with a digest', () => {
    const content = mp3(50_000)
    const wrong = digestOf('other bytes')
    const type = { 'Content-Type': 'audio/mpeg' }

    it('stores what it fits', async () => {
      const headers = {
        'Content-Digest': digestOf(content),
        'Repr-Digest': `md5=:AAAA:, ${digestOf(content)}`,
      }
      expect((await post(content, { ...type, ...headers })).status).to.equal(201)
      const form = await client.post('/v1/audio/file', {
        body: uploadForm(content),
        headers: { 'Repr-Digest': digestOf(content) },
      })
      expect(form.status).to.equal(201)
    })

    it('compares that of a whole form too, and that of the part', async () => {
      const formWith = (digest: string): Buffer =>
        Buffer.concat([
          Buffer.from(
            `--x\r\nContent-Disposition: form-data; name="file"; filename="a.mp3"\r\nContent-Digest: ${digest}\r\n\r\n`,
          ),
          content,
          Buffer.from('\r\n--x--\r\n'),
        ])
      const form = { 'Content-Type': 'multipart/form-data; boundary=x' }
      const whole = formWith(digestOf(content))
      expect((await post(whole, { ...form, 'Content-Digest': digestOf(whole) })).status).to.equal(201)
      expectProblem(
        await post(whole, { ...form, 'Content-Digest': digestOf(content) }),
        '422 digest_mismatch',
      )
      expectProblem(await post(formWith(wrong), form), '422 digest_mismatch')
    })

    for (const name of ['Content-Digest', 'Repr-Digest']) {
      it(`refuses bytes that are not those of ${name}, and keeps nothing`, async () => {
        expectProblem(await post(content, { ...type, [name]: wrong }), '422 digest_mismatch')
        await expectNothing()
      })

      it(`refuses a ${name} that cannot be read`, async () => {
        for (const value of ['sha-256=abc', 'sha-256=:!!:', 'sha-256=:AAAA:', '=']) {
          expectProblem(await post(content, { ...type, [name]: value }), '400 malformed_request')
        }
        await expectNothing()
      })

      it(`ignores a ${name} of algorithms that it does not know`, async () => {
        expect((await post(content, { ...type, [name]: 'md5=:AAAA:;q=1' })).status).to.equal(201)
      })
    }
  })

  describe('with a quota', () => {
    const setQuota = async (quota: { bytes: number | undefined; files: number | undefined }) => {
      const { body } = await client.get('/v1/auth/me')
      await service.backend.quotas.change(body.id as never, quota)
    }

    it('stores exactly as many of racing uploads as there is room for, as forms and as bodies', async () => {
      await setQuota({ bytes: 55_000, files: undefined })
      const replies = await Promise.all(
        Array.from({ length: 30 }, (_, index) =>
          index % 2 === 0
            ? client.post('/v1/audio/file', { body: uploadForm(mp3(10_000)) })
            : post(mp3(10_000), { 'Content-Type': 'audio/mpeg' }),
        ),
      )
      const statuses = replies.map(({ status }) => status)
      expect(statuses.filter((status) => status === 201)).to.have.length(5)
      expect(statuses.filter((status) => status === 507)).to.have.length(25)
      expect((await client.get('/v1/auth/me/usage')).body).to.deep.equal({
        used_bytes: 50_000,
        used_files: 5,
        reserved_bytes: 0,
        reserved_files: 0,
        quota_bytes: 55_000,
        quota_files: null,
      })
    })

    it('stops a body of unknown length at the first byte beyond it', async () => {
      await setQuota({ bytes: 10_000, files: undefined })
      const stream = new ReadableStream({
        start(controller) {
          controller.enqueue(mp3(9000))
          controller.enqueue(Buffer.alloc(1001))
          controller.close()
        },
      })
      const headers = { 'Content-Type': 'audio/mpeg' }
      expectProblem(await client.post('/v1/audio/file', { body: stream, headers }), '507 quota_exceeded')
      await expectNothing()
    })

    it('counts files, and gives their room back with them', async () => {
      await setQuota({ bytes: undefined, files: 1 })
      const first = await client.post('/v1/audio/file', { body: uploadForm(mp3()) })
      expectProblem(await client.post('/v1/audio/file', { body: uploadForm(mp3()) }), '507 quota_exceeded')
      await client.delete(`/v1/audio/file/${String(first.body.id)}`)
      expect((await client.post('/v1/audio/file', { body: uploadForm(mp3()) })).status).to.equal(201)
    })

    it('is set by administrators, for a user that there is', async () => {
      const admin = await service.anAdmin()
      const { body } = await client.get('/v1/auth/me')
      const path = `/v1/user/${String(body.id)}/quota`
      const own = { quota_bytes: 5, quota_files: null }
      expect((await admin.put(path, { json: own })).body).to.deep.equal(own)
      expect((await admin.get(path)).body).to.deep.equal(own)
      expect((await client.get('/v1/auth/me/usage')).body).to.include(own)
      expectProblem(await client.put(path, { json: own }), '403 admin_required')
      expectProblem(
        await admin.put(path, { json: { quota_bytes: -1, quota_files: null } }),
        '422 invalid_input',
        '/quota_bytes',
      )
      expectProblem(await admin.get(path.replace(/[0-9a-f]{4}\/quota/, 'ffff/quota')), '404 user_not_found')
      expect((await admin.put(path, { json: { quota_bytes: null, quota_files: null } })).status).to.equal(200)
      expect((await client.get('/v1/auth/me/usage')).body).to.include({ quota_bytes: null })
    })
  })
})
