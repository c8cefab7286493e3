import { expect } from 'chai'
import { aService, mp3, uploadForm } from '../testing/a-service.ts'
import type { TestReply } from '../testing/test-client.ts'

const content = mp3(10_000)

describe('GET /v1/audio/file/{id} where a web server in front sends the files', () => {
  async function get(trustedProxies: readonly string[], headers: Record<string, string>): Promise<TestReply> {
    const service = await aService({ trustedProxies })
    Object.assign(service.backend.delivery, { files: { pathOf: (id: string) => `aa/${id}` } })
    const client = await service.aUser()
    const { headers: uploaded } = await client.post('/v1/audio/file', { body: uploadForm(content) })
    const reply = await client.get(uploaded.get('location') ?? '', { headers })
    await service.close()
    return reply
  }

  it('names the file to a proxy that is trusted', async () => {
    const reply = await get(['loopback'], { 'X-Forwarded-For': '198.51.100.1' })
    expect(reply.headers.get('x-accel-redirect')).to.match(/^\/internal\/audio\/aa\/[\w-]{36}$/)
    expect(reply.bytes).to.have.length(0)
  })

  for (const [whom, trusted] of [
    ['anybody where no proxy is trusted', []],
    ['a client that says it came by the trusted one', ['192.0.2.1']],
  ] as const) {
    it(`sends the bytes itself to ${whom}, and names no file`, async () => {
      for (const range of ['', 'bytes=0-99']) {
        const reply = await get(trusted, { 'X-Forwarded-For': '192.0.2.1', ...(range && { Range: range }) })
        expect(reply.headers.has('x-accel-redirect')).to.equal(false)
        expect(reply.bytes.equals(range ? content.subarray(0, 100) : content)).to.equal(true)
      }
    })
  }
})
