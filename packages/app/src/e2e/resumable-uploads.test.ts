import { createHash, randomBytes } from 'node:crypto'
import { readdirSync, rmSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { aDatabase } from '@audiohost/adapters-postgres/testing'
import { expect } from 'chai'
import { Upload, type UploadOptions } from 'tus-js-client'
import { aBucket, emulatorEndpoint } from '../../../adapters-storage/src/testing/fake-gcs-server.ts'
import { anS3Bucket, anS3Server } from '../../../adapters-storage/src/testing/s3-server.ts'
import type { Browser } from './browser.ts'
import { cuttingProxy } from './cutting-proxy.ts'
import { startTestServer, type TestServer } from './test-server.ts'

const emulator = await emulatorEndpoint()
const s3 = await anS3Server()

/** A wave file of noise. */
function aWave(sizeBytes: number): Buffer {
  const wave = Buffer.concat([Buffer.alloc(44), randomBytes(sizeBytes - 44)])
  wave.write('RIFF', 0)
  wave.writeUInt32LE(sizeBytes - 8, 4)
  wave.write('WAVEfmt ', 8)
  wave.writeUInt32LE(16, 16)
  wave.writeUInt16LE(1, 20)
  wave.writeUInt16LE(2, 22)
  wave.writeUInt32LE(44_100, 24)
  wave.writeUInt32LE(176_400, 28)
  wave.writeUInt16LE(4, 32)
  wave.writeUInt16LE(16, 34)
  wave.write('data', 36)
  wave.writeUInt32LE(sizeBytes - 44, 40)
  return wave
}

const portOf = ({ origin }: TestServer): number => Number(new URL(origin).port)
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

const isContent = (name: string): boolean => /[0-9a-f-]{36}$/.test(name)

interface SendOptions extends Partial<UploadOptions> {
  readonly origin: string
}

/** Sends the file with tus-js-client; resolves with the id of the audio. */
function send(browser: Browser, file: Buffer, { origin, ...options }: SendOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    new Upload(file, {
      endpoint: `${origin}/v1/audio/uploads`,
      headers: { Authorization: `Bearer ${browser.cookie('access_token') ?? ''}` },
      metadata: { filename: 'noise.wav', title: 'Noise' },
      retryDelays: Array.from({ length: 100 }, () => 20),
      onError: reject,
      onSuccess: ({ lastResponse }) => {
        resolve(lastResponse.getHeader('Audio-Id') ?? '')
      },
      ...options,
    }).start()
  })
}

async function expectStored(browser: Browser, id: string, file: Buffer): Promise<void> {
  const reply = await browser.fetch(`/v1/audio/file/${id}`)
  expect(reply.status).to.equal(200)
  expect(sha256(Buffer.from(await reply.arrayBuffer()))).to.equal(sha256(file))
  const list = (await (await browser.fetch('/v1/audio/')).json()) as { items: Record<string, unknown>[] }
  expect(list.items.map((audio) => audio.id)).to.deep.equal([id])
  expect(list.items[0]).to.include({ title: 'Noise', file_name: 'noise.wav', sha256: sha256(file) })
  expect(await (await browser.fetch('/v1/auth/me/usage')).json()).to.include({
    used_bytes: file.length,
    used_files: 1,
    reserved_bytes: 0,
    reserved_files: 0,
  })
}

describe('tus-js-client', () => {
  describe('through a proxy that cuts connections at random, to two nodes', () => {
    let database: Awaited<ReturnType<typeof aDatabase>>
    let audioFolder: string
    let nodes: readonly TestServer[]
    before(async () => {
      database = await aDatabase()
      audioFolder = await mkdtemp(path.join(tmpdir(), 'audiohost-shared-'))
      const shared = {
        DATABASE_URL: database.url,
        AUDIO_STORAGE_PATH: audioFolder,
        PUBLIC_URL: 'http://localhost',
      }
      nodes = [await startTestServer(shared), await startTestServer(shared)]
    })
    after(async () => {
      await Promise.all(nodes.map((node) => node.close()))
      await database.drop()
      await rm(audioFolder, { recursive: true })
    })

    const cases: readonly (readonly [string, string, UploadOptions])[] = [
      ['ada', 'one request for all of it', {}],
      ['grace', 'requests of 300,000 bytes', { chunkSize: 300_000 }],
      ['alan', 'a length that is told at the end', { uploadLengthDeferred: true, chunkSize: 400_000 }],
    ]
    for (const [name, what, options] of cases) {
      it(`delivers with ${what}`, async () => {
        const [node] = nodes
        if (!node) throw new Error('No node')
        const browser = await node.signedIn(name)
        const file = aWave(4_000_000)
        const proxy = await cuttingProxy(
          nodes.map(portOf),
          () => 50_000 + Math.floor(Math.random() * 900_000),
        )
        try {
          const id = await send(browser, file, { origin: proxy.origin, ...options })
          expect(proxy.cuts).to.be.above(2)
          await expectStored(browser, id, file)
        } finally {
          await proxy.close()
        }
      })
    }
  })

  it('begins anew where the storage has lost a part', async () => {
    const server = await startTestServer()
    try {
      const browser = await server.signedIn('ada')
      const file = aWave(1_500_000)
      const folder = path.join(server.dataFolder, 'audio')
      let created = 0
      const id = await send(browser, file, {
        origin: server.origin,
        chunkSize: 400_000,
        onUploadUrlAvailable: () => created++,
        onChunkComplete: (_size, acceptedBytes) => {
          if (acceptedBytes !== 800_000 || created > 1) return
          const parts = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(isContent)
          for (const part of parts) rmSync(path.join(folder, part))
        },
      })
      expect(created).to.equal(2)
      await expectStored(browser, id, file)
    } finally {
      await server.close()
    }
  })

  const stores: Readonly<Record<string, () => Promise<Record<string, string>>>> = {
    memory: async () => ({ STORAGE_DRIVER: 'memory' }),
    disk: async () => ({}),
    ...(emulator !== undefined && {
      gcs: async () => ({
        STORAGE_DRIVER: 'gcs',
        GCS_BUCKET: await aBucket(emulator, `resumable-${process.pid}`),
        GCS_API_ENDPOINT: emulator,
      }),
    }),
    ...(s3 !== undefined && {
      s3: async () => ({
        STORAGE_DRIVER: 's3',
        S3_ENDPOINT: s3.endpoint,
        S3_BUCKET: await anS3Bucket(s3, `resumable-${process.pid}`),
        S3_ACCESS_KEY_ID: s3.credentials.accessKeyId,
        S3_SECRET_ACCESS_KEY: s3.credentials.secretAccessKey,
      }),
    }),
  }
  for (const [store, variablesOf] of Object.entries(stores)) {
    it(`delivers to ${store} in parts`, async () => {
      const server = await startTestServer(await variablesOf())
      try {
        const browser = await server.signedIn('ada')
        const file = aWave(1_500_000)
        const id = await send(browser, file, { origin: server.origin, chunkSize: 400_000 })
        await expectStored(browser, id, file)
      } finally {
        await server.close()
      }
    })
  }
})
