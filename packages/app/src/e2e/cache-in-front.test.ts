import path from 'node:path'
import { expect } from 'chai'
import { Browser } from './browser.ts'
import { hasNginx, startNginx, type NginxProcess } from './nginx-process.ts'
import { password, readSample, startTestServer, type TestServer } from './test-server.ts'

const isRequired = process.env['CI'] === 'true' && process.env['REQUIRE_SERVICES'] === '1'
if (hasNginx || isRequired) describe('a shared cache in front', behindACache)

function behindACache(): void {
  let server: TestServer
  let nginx: NginxProcess
  let ann: Browser
  let bob: Browser
  let sample: Buffer
  let song: string

  before(async () => {
    server = await startTestServer({ TRUSTED_PROXIES: 'loopback' })
    const audioFolder = path.join(server.dataFolder, 'audio')
    nginx = await startNginx({ appOrigin: server.origin, audioFolder, isCaching: true })
    ;[ann, bob] = await Promise.all([signedIn('ann'), signedIn('bob')])
    sample = await readSample('spoken/vbr-cover.mp3')
    song = (await ann.upload(sample, 'song.mp3')).headers.get('location') ?? expect.fail()
  })
  after(async () => {
    await nginx.close()
    await server.close()
  })

  async function signedIn(name: string): Promise<Browser> {
    const browser = new Browser(nginx.origin)
    const email = `${name}@example.org`
    await browser.json('POST', '/v1/auth/registration', { name, surname: 'Lee', email, password })
    expect((await browser.json('POST', '/v1/auth/login', { email, password })).status).to.equal(200)
    return browser
  }
  const cacheOf = ({ headers }: Response): string | null => headers.get('x-cache-status')

  it('keeps what is for everybody', async () => {
    const asset = '/docs/swagger-ui.css'
    expect((await ann.fetch(asset)).status).to.equal(200)
    expect(cacheOf(await bob.fetch(asset))).to.equal('HIT')
  })

  for (const headers of [{}, { Range: 'bytes=0-99' }] as Record<string, string>[]) {
    it(`has nothing of one user for another: ${headers['Range'] ?? 'the whole'}`, async () => {
      for (let round = 0; round < 3; round++) {
        const own = await ann.fetch(song, { headers })
        // nginx asks for the whole where it might keep it, and may answer with that.
        const expected = own.status === 206 ? sample.subarray(0, 100) : sample
        expect(Buffer.from(await own.arrayBuffer()).equals(expected)).to.equal(true)
        expect(cacheOf(own)).to.not.equal('HIT')
        for (const [who, status] of [
          [bob, 404],
          [new Browser(nginx.origin), 401],
        ] as const) {
          const reply = await who.fetch(song, { headers })
          expect(reply.status).to.equal(status)
          expect(reply.headers.get('content-type')).to.equal('application/problem+json')
          expect(cacheOf(reply)).to.not.equal('HIT')
        }
      }
    })
  }

  it('has no refusal for the owner, and no content after its end', async () => {
    const other = (await ann.upload(sample, 'other.mp3')).headers.get('location') ?? expect.fail()
    expect((await bob.fetch(other)).status).to.equal(404)
    expect((await ann.fetch(other)).status).to.equal(200)
    expect((await ann.fetch(other, { method: 'DELETE' })).status).to.equal(204)
    expect((await ann.fetch(other)).status).to.equal(404)
  })

  for (const place of ['/v1/auth/me', '/v1/audio/', '/v1/auth/sessions']) {
    it(`has ${place} of nobody for anybody`, async () => {
      const [anns, bobs] = [await ann.fetch(place), await bob.fetch(place)]
      expect([anns.status, bobs.status]).to.deep.equal([200, 200])
      expect(await anns.text()).to.not.equal(await bobs.text())
      expect([cacheOf(anns), cacheOf(bobs)]).to.not.include('HIT')
      expect((await new Browser(nginx.origin).fetch(place)).status).to.equal(401)
    })
  }
}
