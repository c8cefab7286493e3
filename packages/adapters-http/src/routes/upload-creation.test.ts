import { createHash } from 'node:crypto'
import { expect } from 'chai'
import { aService, mp3, type Service } from '../testing/a-service.ts'
import { expectProblem } from '../testing/expect-problem.ts'
import type { TestClient, TestReply } from '../testing/test-client.ts'

const tus = { 'Tus-Resumable': '1.0.0' }
const partType = { 'Content-Type': 'application/offset+octet-stream' }
const song = mp3(100_000)

describe('an upload at /v1/audio/uploads', () => {
  let service: Service
  let client: TestClient
  beforeEach(async () => {
    service = await aService()
    client = await service.aUser()
  })
  afterEach(() => service.close())

  const begin = (headers: Record<string, string> = {}, body?: Buffer): Promise<TestReply> =>
    client.post('/v1/audio/uploads', { headers: { ...tus, 'Upload-Length': '100000', ...headers }, body })
  const expectSong = async (reply: TestReply): Promise<void> => {
    const content = await client.get(String(reply.headers.get('content-location')))
    expect(content.bytes.equals(song)).to.equal(true)
    expect((await client.get('/v1/auth/me/usage')).body).to.include({ used_files: 1, reserved_files: 0 })
  }

  describe('that fails in the request that creates it', () => {
    const checksum = { 'Upload-Checksum': `sha1 ${createHash('sha1').update('other').digest('base64')}` }
    const cases = [
      ['for its bytes', '460 checksum_mismatch', checksum],
      ['for its checksum', '400 malformed_request', { 'Upload-Checksum': 'crc32 AAAA' }],
      ['for its length', '413 upload_length_exceeded', { 'Upload-Length': '10' }],
    ] as const
    for (const [why, problem, headers] of cases) {
      it(`holds no room, for nobody knows where to continue it: ${why}`, async () => {
        expectProblem(await begin({ ...partType, ...headers }, song), problem)
        expect((await client.get('/v1/auth/me/usage')).body).to.include({
          reserved_bytes: 0,
          reserved_files: 0,
        })
      })
    }

    it('may be tried again', async () => {
      expectProblem(await begin({ ...partType, ...checksum }, song), '460 checksum_mismatch')
      const right = { 'Upload-Checksum': `sha1 ${createHash('sha1').update(song).digest('base64')}` }
      await expectSong(await begin({ ...partType, ...right }, song))
    })
  })

  it('takes the media type in any case', async () => {
    await expectSong(await begin({ 'Content-Type': 'Application/Offset+Octet-Stream' }, song))
  })

  it('that is wanted elsewhere before it reads its first byte: is not refused for good', async () => {
    const { findUpload, holdUpload } = service.backend.useCases
    const find = findUpload.execute.bind(findUpload)
    findUpload.execute = async (input) => {
      await new Promise((resolve) => setTimeout(resolve, 3200))
      return find(input)
    }
    holdUpload.execute = async ({ onWanted }) => {
      onWanted()
      return { release: async () => undefined }
    }
    const path = String((await begin()).headers.get('location'))
    const reply = await client.patch(path, {
      body: song,
      headers: { ...tus, ...partType, 'Upload-Offset': '0' },
    })
    expect(reply.status).to.equal(204)
  })
})
