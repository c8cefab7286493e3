import { expect } from 'chai'
import { aService, mp3, uploadForm, type Service } from '../testing/a-service.ts'
import { expectProblem } from '../testing/expect-problem.ts'
import type { TestClient, TestReply } from '../testing/test-client.ts'

// As by a sweep that took it for dead, or a deletion of its owner.
describe('an upload whose pending row is removed while it runs', () => {
  let service: Service
  let client: TestClient
  beforeEach(async () => {
    service = await aService()
    client = await service.aUser()
  })
  afterEach(() => service.close())

  const removeNextPendingRow = (): void => {
    const { audio } = service.backend
    const markReady = audio.markReady.bind(audio)
    audio.markReady = async (ready) => {
      audio.markReady = markReady
      await audio.abandon(ready.id)
      return markReady(ready)
    }
  }
  const upload = (key: string | undefined): Promise<TestReply> =>
    client.post('/v1/audio/file', {
      body: uploadForm(mp3()),
      ...(key !== undefined && { headers: { 'Idempotency-Key': key } }),
    })

  for (const key of [undefined, 'k']) {
    it(`is aborted, the client stays signed in, and a repetition succeeds ${key ? 'with' : 'without'} a key`, async () => {
      removeNextPendingRow()
      expectProblem(await upload(key), '409 upload_aborted')
      expect((await client.get('/v1/auth/me')).status).to.equal(200)
      expect((await client.get('/v1/audio/')).body.items).to.deep.equal([])
      expect((await upload(key)).status).to.equal(201)
      expect((await client.get('/v1/audio/')).body.items).to.have.length(1)
    })
  }
})
