import { expect } from 'chai'
import { aService, mp3, uploadForm, type Service } from '../testing/a-service.ts'
import { expectProblem } from '../testing/expect-problem.ts'
import type { TestClient, TestReply } from '../testing/test-client.ts'

const partType = { 'Content-Type': 'application/offset+octet-stream' }
const song = mp3(100_000)
const keys = {
  'a valid key': '"once"',
  'an unquoted key': 'once',
  'an empty key': '',
  'a key of two words': 'two words',
  'two keys': '"a", "b"',
  'a key that is too long': 'x'.repeat(300),
  'a key outside ASCII': 'é',
}

for (const [what, key] of Object.entries(keys)) {
  describe(`a tus client that sends ${what} as Idempotency-Key with every request`, () => {
    const fixed = { 'Tus-Resumable': '1.0.0', 'Idempotency-Key': key }
    let service: Service
    let client: TestClient
    let recordsBegun: number

    beforeEach(async () => {
      service = await aService()
      client = await service.aUser()
      recordsBegun = 0
      const { idempotency } = service.backend
      const begin = idempotency.begin.bind(idempotency)
      idempotency.begin = (attempt) => {
        recordsBegun++
        return begin(attempt)
      }
    })
    afterEach(() => service.close())

    const create = (headers: Readonly<Record<string, string>> = {}, body?: Buffer): Promise<TestReply> =>
      client.post('/v1/audio/uploads', { headers: { ...fixed, 'Upload-Length': '100000', ...headers }, body })
    const pathOf = (created: TestReply): string => String(created.headers.get('location'))
    const append = (path: string, offset: number, body: Buffer): Promise<TestReply> =>
      client.patch(path, { headers: { ...fixed, ...partType, 'Upload-Offset': offset.toString() }, body })
    const usage = async () => (await client.get('/v1/auth/me/usage')).body
    const expectConflict = (reply: TestReply, offset: number, audioId: string | null): void => {
      expectProblem(reply, '409 upload_offset_conflict')
      expect(reply.headers.get('upload-offset')).to.equal(offset.toString())
      expect(reply.headers.get('audio-id')).to.equal(audioId)
      expect(reply.headers.get('idempotency-replayed')).to.equal(null)
    }

    it('creates an upload with each creation, also of another length', async () => {
      const created = [await create(), await create(), await create({ 'Upload-Length': '7' })]
      expect(created.map(({ status }) => status)).to.deep.equal([201, 201, 201])
      expect(new Set(created.map(pathOf)).size).to.equal(3)
      expect(await usage()).to.include({ used_files: 0, reserved_files: 3 })
    })

    it('creates an audio with each creation that has all bytes', async () => {
      const [first, second] = [await create(partType, song), await create(partType, song)]
      for (const created of [first, second])
        expect([created.status, created.headers.get('audio-id') === null]).to.deep.equal([201, false])
      expect(first.headers.get('audio-id')).to.not.equal(second.headers.get('audio-id'))
      expect(await usage()).to.include({ used_files: 2, reserved_files: 0 })
    })

    it('gets the current offset if it repeats a part, and the audio if it repeats the last one', async () => {
      const path = pathOf(await create())
      const [start, end] = [song.subarray(0, 60_000), song.subarray(60_000)]
      expect((await append(path, 0, start)).status).to.equal(204)
      expectConflict(await append(path, 0, start), 60_000, null)
      const last = await append(path, 60_000, end)
      const audioId = last.headers.get('audio-id')
      expect([last.status, audioId === null]).to.deep.equal([204, false])
      expectConflict(await append(path, 60_000, end), 100_000, audioId)
      expect(await usage()).to.include({ used_files: 1, reserved_files: 0 })
    })

    it('cancels an upload once', async () => {
      const path = pathOf(await create())
      expect((await client.delete(path, { headers: fixed })).status).to.equal(204)
      expectProblem(await client.delete(path, { headers: fixed }), '404 upload_not_found')
    })

    it('stores no response', async () => {
      const path = pathOf(await create())
      await append(path, 0, song)
      await client.delete(path, { headers: fixed })
      expect(recordsBegun).to.equal(0)
      await client.post('/v1/audio/file', { body: uploadForm(), headers: { 'Idempotency-Key': '"once"' } })
      expect(recordsBegun).to.equal(1)
    })
  })
}
