import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'chai'
import { hasNginx, startNginx } from './nginx-process.ts'

describe('the nginx that we ship', function () {
  before(function () {
    if (!hasNginx && process.env.REQUIRE_SERVICES !== '1') this.skip()
  })

  it('limits the requests that one address has under way', async () => {
    const held: ServerResponse[] = []
    const app = createServer((req, res) => (req.url === '/held' ? held.push(res) : res.end())).listen(
      0,
      '127.0.0.1',
    )
    await once(app, 'listening')
    const appOrigin = `http://127.0.0.1:${(app.address() as AddressInfo).port}`
    const nginx = await startNginx({ appOrigin, audioFolder: '/nonexistent', requestsPerAddress: 3 })
    try {
      const allowed = Array.from({ length: 3 }, () => fetch(`${nginx.origin}/held`))
      while (held.length < 3) await delay(10)
      const refused = await fetch(`${nginx.origin}/held`)
      expect(refused.status).to.equal(503)
      expect(refused.headers.get('content-type')).to.equal('application/problem+json')
      expect(refused.headers.get('retry-after')).to.equal('5')
      expect(await refused.json()).to.include({ code: 'too_busy', status: 503 })
      for (const res of held) res.end('served')
      for (const reply of await Promise.all(allowed)) expect(await reply.text()).to.equal('served')
    } finally {
      await nginx.close()
      app.closeAllConnections()
      app.close()
    }
  })
})
