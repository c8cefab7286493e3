import { expect } from 'chai'
import { aService } from '../testing/a-service.ts'

describe('security headers', () => {
  // The test client itself checks every reply of every test; here is what differs by the public URL.
  for (const publicUrl of ['https://audio.example.org', 'http://localhost:8000', 'http://192.168.1.5']) {
    it(`stand on successes, refusals, pages and redirects under ${publicUrl}`, async () => {
      const service = await aService({ publicUrl: new URL(publicUrl) })
      try {
        const client = service.client()
        for (const path of ['/', '/docs', '/livez', '/nothing', '/v1/auth/me', '/v1/audio/?limit=0']) {
          await client.get(path)
        }
        await client.put('/livez')
        await client.post('/v1/auth/yandex/login')
        const isHttps = publicUrl.startsWith('https:')
        for (const { headers } of service.sent) {
          expect(headers.has('strict-transport-security')).to.equal(isHttps)
        }
      } finally {
        await service.close()
      }
    })
  }
})
