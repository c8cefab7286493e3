import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { aBucket, emulatorEndpoint } from '../../../adapters-storage/src/testing/fake-gcs-server.ts'
import type { Browser } from './browser.ts'
import { readSample, startTestServer, type TestServer } from './test-server.ts'

const emulator = await emulatorEndpoint()

if (emulator !== undefined) {
  describe('contents in a bucket, delivered by links', () => {
    redirects(emulator)
  })
}

function redirects(endpoint: string): void {
  let folder: string
  let server: TestServer
  let ann: Browser
  let location: string
  let bytes: Buffer

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'audiohost-key-'))
    const credentials = path.join(folder, 'key.json')
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const key = { type: 'service_account', project_id: 'test', client_email: 'audio@test.example' }
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' })
    await writeFile(credentials, JSON.stringify({ ...key, private_key: pem }))
    server = await startTestServer({
      STORAGE_DRIVER: 'gcs',
      GCS_BUCKET: await aBucket(endpoint, `redirects-${process.pid}`),
      GCS_API_ENDPOINT: endpoint,
      GOOGLE_APPLICATION_CREDENTIALS: credentials,
      CONTENT_DELIVERY: 'redirect',
    })
    ann = await server.signedIn('ann')
    bytes = await readSample('spoken/tagged.flac')
    location = (await ann.upload(bytes, 'été.flac')).headers.get('location') ?? ''
  })

  after(async () => {
    await server.close()
    await rm(folder, { recursive: true })
  })

  const follow = async (headers: Record<string, string> = {}, query = ''): Promise<Response> => {
    const reply = await ann.fetch(`${location}${query}`, { headers })
    expect(reply.status).to.equal(302)
    expect(reply.headers.get('cache-control')).to.equal('private, no-store')
    // As a player does: the same request, without the credentials of ours.
    return fetch(reply.headers.get('location') ?? '', { headers })
  }

  it('lead to the same bytes', async () => {
    const followed = await follow()
    expect(followed.status).to.equal(200)
    expect(followed.headers.get('content-type')).to.equal('audio/flac')
    expect(Buffer.from(await followed.arrayBuffer()).equals(bytes)).to.equal(true)
  })

  it('lead to the same ranges', async () => {
    const followed = await follow({ Range: 'bytes=100-199' })
    expect(followed.status).to.equal(206)
    expect(Buffer.from(await followed.arrayBuffer()).equals(bytes.subarray(100, 200))).to.equal(true)
  })

  it('carry the name under which the file is saved', async () => {
    const { headers } = await follow({}, '?download')
    expect(headers.get('content-disposition')).to.equal(
      `attachment; filename="_t_.flac"; filename*=UTF-8''%C3%A9t%C3%A9.flac`,
    )
  })

  it('live for five minutes and as long as the audio plays', async () => {
    const reply = await ann.fetch(location)
    const { duration } = (await (await ann.fetch(`${location}/metadata`)).json()) as {
      readonly duration: number
    }
    const seconds = new URL(reply.headers.get('location') ?? '').searchParams.get('X-Goog-Expires')
    expect(Number(seconds)).to.be.within(299 + duration, 302 + duration)
  })

  it('leave HEAD and conditions to the service', async () => {
    const head = await ann.fetch(location, { method: 'HEAD' })
    expect(head.status).to.equal(200)
    expect(head.headers.get('content-length')).to.equal(bytes.length.toString())
    const etag = head.headers.get('etag') ?? ''
    expect((await ann.fetch(location, { headers: { 'If-None-Match': etag } })).status).to.equal(304)
  })

  it('are for their owner, and leave no trace in the log', async () => {
    const eve = await server.signedIn('eve')
    expect((await eve.fetch(location)).status).to.equal(404)
    const link = new URL((await ann.fetch(location)).headers.get('location') ?? '')
    const log = server.logged.join('')
    expect(log).to.include('"status":302')
    for (const secret of [
      link.search,
      link.searchParams.get('X-Goog-Signature') ?? '',
      link.pathname,
      'X-Goog',
    ]) {
      expect(log).to.not.include(secret)
    }
  })
}
