import { setTimeout as delay } from 'node:timers/promises'
import { EmbeddedFolder } from '@audiohost/adapters-postgres/testing'
import { expect } from 'chai'
import type { Browser } from './browser.ts'
import { silentWav } from './silent-wav.ts'
import { startTestServer, type TestServer } from './test-server.ts'

describe('a server whose PostgreSQL hangs', function () {
  this.timeout(120_000)
  let postgres: EmbeddedFolder
  let server: TestServer
  let ada: Browser

  before(async () => {
    postgres = await EmbeddedFolder.make()
    const { url } = await postgres.start()
    server = await startTestServer({ DATABASE_URL: url })
    ada = await server.signedIn('ada')
  })
  after(async () => {
    await postgres.signal('SIGCONT')
    await server.close()
    await postgres.remove()
  })

  const refusalOf = async (path: string): Promise<unknown> => {
    const reply = await ada.fetch(path)
    const { code } = (await reply.json()) as { code?: unknown }
    return [reply.status, code, reply.headers.has('retry-after')]
  }
  const count = (message: string): number => server.logged.filter((line) => line.includes(message)).length

  it('goes on with downloads, refuses requests, and recovers by itself', async () => {
    // More than the buffers of both sides take.
    const song = silentWav(8000)
    const location = (await ada.upload(song, 'song.wav')).headers.get('location') ?? ''
    const body = (await ada.fetch(location)).body as ReadableStream<Uint8Array> | null
    const reader = body?.getReader()
    const first = await reader?.read()
    await postgres.signal('SIGSTOP')

    const refused = [503, 'database_unavailable', true]
    const paths = ['/v1/auth/me', '/v1/audio/', location]
    expect(await Promise.all(paths.map(refusalOf))).to.deep.equal([refused, refused, refused])
    // No statement is sent for these, so they do not wait.
    for (const path of paths) expect(await refusalOf(path)).to.deep.equal(refused)
    expect((await fetch(`${server.origin}/livez`)).status).to.equal(200)
    expect((await fetch(`${server.origin}/readyz`)).status).to.equal(503)
    expect(count('the database does not answer')).to.equal(1)

    let received = first?.value?.length ?? 0
    for (let part = await reader?.read(); part?.value; part = await reader?.read())
      received += part.value.length
    expect(received).to.equal(song.length)

    await postgres.signal('SIGCONT')
    while ((await ada.fetch('/v1/auth/me')).status !== 200) await delay(100)
    expect((await fetch(`${server.origin}/readyz`)).status).to.equal(200)
    expect(count('the database answers again')).to.equal(1)
  })
})
