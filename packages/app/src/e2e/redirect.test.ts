import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { aBucket, emulatorEndpoint } from '../../../adapters-storage/src/testing/fake-gcs-server.ts'
import { anS3Bucket, anS3Server } from '../../../adapters-storage/src/testing/s3-server.ts'
import type { Browser } from './browser.ts'
import { readSample, startTestServer, type TestServer } from './test-server.ts'

interface Storage {
  readonly variables: Readonly<Record<string, string>>
  remove?(): Promise<void>
}

const emulator = await emulatorEndpoint()
const s3 = await anS3Server()

if (emulator !== undefined) {
  describe('contents in Google Cloud Storage, delivered by links', () => {
    redirects(() => googleCloudStorage(emulator))
  })
}

if (s3 !== undefined) {
  describe('contents on S3, delivered by links', () => {
    redirects(async () => ({
      variables: {
        STORAGE_DRIVER: 's3',
        S3_ENDPOINT: s3.endpoint,
        S3_BUCKET: await anS3Bucket(s3, `redirects-${process.pid}`),
        S3_ACCESS_KEY_ID: s3.credentials.accessKeyId,
        S3_SECRET_ACCESS_KEY: s3.credentials.secretAccessKey,
      },
    }))
  })
}

async function googleCloudStorage(endpoint: string): Promise<Storage> {
  const folder = await mkdtemp(path.join(tmpdir(), 'audiohost-key-'))
  const credentials = path.join(folder, 'key.json')
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const key = { type: 'service_account', project_id: 'test', client_email: 'audio@test.example' }
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' })
  await writeFile(credentials, JSON.stringify({ ...key, private_key: pem }))
  return {
    variables: {
      STORAGE_DRIVER: 'gcs',
      GCS_BUCKET: await aBucket(endpoint, `redirects-${process.pid}`),
      GCS_API_ENDPOINT: endpoint,
      GOOGLE_APPLICATION_CREDENTIALS: credentials,
    },
    remove: () => rm(folder, { recursive: true }),
  }
}

function redirects(make: () => Promise<Storage>): void {
  let storage: Storage
  let server: TestServer
  let ann: Browser
  let location: string
  let bytes: Buffer

  before(async () => {
    storage = await make()
    server = await startTestServer({ ...storage.variables, CONTENT_DELIVERY: 'redirect' })
    ann = await server.signedIn('ann')
    bytes = await readSample('spoken/tagged.flac')
    location = (await ann.upload(bytes, 'été.flac')).headers.get('location') ?? ''
  })

  after(async () => {
    await server.close()
    await storage.remove?.()
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
    const { searchParams: query } = new URL(reply.headers.get('location') ?? '')
    const seconds = query.get('X-Goog-Expires') ?? query.get('X-Amz-Expires')
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
    for (const secret of [link.search, link.search.slice(-64), link.pathname, 'Signature']) {
      expect(log).to.not.include(secret)
    }
  })
}
