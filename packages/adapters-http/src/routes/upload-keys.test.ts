import { createHash } from 'node:crypto'
import { expect } from 'chai'
import { aService, mp3, type Service } from '../testing/a-service.ts'
import { answerOf } from '../testing/answer-of.ts'
import { expectProblem } from '../testing/expect-problem.ts'
import type { TestClient, TestReply, TestRequest } from '../testing/test-client.ts'

const tus = { 'Tus-Resumable': '1.0.0', 'Idempotency-Key': '"once"' }
const partType = { 'Content-Type': 'application/offset+octet-stream' }
const song = mp3(100_000)
const other = Buffer.concat([song.subarray(0, -1), Buffer.from('!')])

describe('an Idempotency-Key at /v1/audio/uploads', () => {
  let service: Service
  let client: TestClient
  beforeEach(async () => {
    service = await aService()
    client = await service.aUser()
  })
  afterEach(() => service.close())

  const begin = (body?: Buffer): Promise<TestReply> => {
    const headers = { ...tus, 'Upload-Length': '100000', ...(body && partType) }
    return client.post('/v1/audio/uploads', { headers, body })
  }
  const append = (to: TestReply, offset: number, part: Buffer | TestRequest): Promise<TestReply> => {
    const { body, headers } = Buffer.isBuffer(part) ? { body: part } : part
    return client.patch(String(to.headers.get('location')), {
      headers: { ...tus, ...partType, 'Upload-Offset': offset.toString(), ...headers },
      body,
    })
  }
  const expectAgain = (again: TestReply, first: TestReply): void => {
    expect(answerOf(again)).to.deep.equal(answerOf(first))
    expect(again.headers.get('idempotency-replayed')).to.equal('true')
  }
  const expectOneAudio = async (): Promise<void> => {
    expect((await client.get('/v1/auth/me/usage')).body).to.include({ used_files: 1, reserved_files: 0 })
  }

  it('means the bytes, too, that come with the request that creates the upload', async () => {
    const first = await begin(song)
    expect(first.headers.get('audio-id')).to.not.equal(null)
    expectAgain(await begin(song), first)
    for (const body of [other, song.subarray(0, 5000), undefined])
      expectProblem(await begin(body), '422 idempotency_key_reused')
    expectProblem(await begin(mp3(300_000)), '413 content_too_large')
    await expectOneAudio()
  })

  it('opens no second upload and makes no second audio where the first answer got lost', async () => {
    const { idempotency, clock } = service.backend
    const answer = idempotency.answer.bind(idempotency)
    idempotency.answer = () => Promise.reject(new Error('connection lost'))
    const first = await begin(song)
    idempotency.answer = answer
    clock.advance(30)
    expectProblem(await begin(other), '422 idempotency_key_reused')
    const again = await begin(song)
    expect(again.headers.get('idempotency-replayed')).to.equal(null)
    for (const name of ['location', 'audio-id', 'upload-offset'])
      expect(again.headers.get(name), name).to.equal(first.headers.get(name)).and.not.equal(null)
    await expectOneAudio()
  })

  it('goes on with what an attempt has stored that died, and a retry with other bytes does not take it away', async () => {
    const { uploads, useCases } = service.backend
    const { cancelUpload } = useCases
    const [finish, cancel] = [uploads.finish.bind(uploads), cancelUpload.execute.bind(cancelUpload)]
    uploads.finish = () => Promise.reject(new Error('killed'))
    cancelUpload.execute = () => Promise.reject(new Error('killed'))
    expectProblem(await begin(song), '500 internal_error')
    uploads.finish = finish
    cancelUpload.execute = cancel
    expectProblem(await begin(other), '422 idempotency_key_reused')
    expect((await client.get('/v1/auth/me/usage')).body).to.include({ used_files: 0, reserved_files: 1 })
    expect((await begin(song)).headers.get('audio-id')).to.not.equal(null)
    await expectOneAudio()
  })

  it('gives the answer to the last part again, with the audio, and refuses other bytes in its place', async () => {
    const upload = await begin()
    const middle = await append(upload, 0, song.subarray(0, 60_000))
    const last = await append(upload, 60_000, song.subarray(60_000))
    expect(last.headers.get('audio-id')).to.not.equal(null)
    expectAgain(await append(upload, 60_000, song.subarray(60_000)), last)
    expectAgain(await append(upload, 0, song.subarray(0, 60_000)), middle)
    expectProblem(await append(upload, 60_000, other.subarray(60_000)), '422 idempotency_key_reused')
    await expectOneAudio()
  })

  it('is not spent by bytes that were altered on their way', async () => {
    const upload = await begin()
    const digest = createHash('sha256').update(song).digest('base64')
    const headers = { 'Content-Digest': `sha-256=:${digest}:` }
    expectProblem(await append(upload, 0, { body: other, headers }), '422 digest_mismatch')
    expect((await append(upload, 0, { body: song, headers })).status).to.equal(204)
    await expectOneAudio()
  })
})
