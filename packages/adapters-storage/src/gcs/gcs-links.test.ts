import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { StorageUnavailable } from '@audiohost/core'
import { contentLinksContract } from '@audiohost/core/testing'
import { expect } from 'chai'
import { aGcsStore } from '../testing/a-gcs-store.ts'
import { anAudioId, rejectionOf, sourceOf } from '../testing/content.ts'
import { follow } from '../testing/follow-link.ts'
import { aBucket, emulatorEndpoint } from '../testing/fake-gcs-server.ts'
import { ScriptedGcs } from '../testing/scripted-gcs.ts'
import { keyPair, ScriptedIam } from '../testing/scripted-iam.ts'
import { ScriptedMetadata, serviceAccount } from '../testing/scripted-metadata.ts'
import { GcsAudioContentStore } from './gcs-audio-content-store.ts'

const terms = {
  contentType: 'audio/mpeg',
  contentDisposition: 'inline; filename="a.mp3"',
  expiresInSeconds: 300,
}
const projectId = 'project'
const emulator = await emulatorEndpoint()

async function aServer(): Promise<{ gcs: ScriptedGcs; later: (seconds: number) => void }> {
  const gcs = await ScriptedGcs.start()
  let aheadMs = 0
  gcs.now = () => new Date(Date.now() + aheadMs)
  gcs.publicKeyOf = (email) => (email === serviceAccount ? keyPair.publicKey : undefined)
  return { gcs, later: (seconds) => (aheadMs += seconds * 1000) }
}

describe('Links to Google Cloud Storage, signed by IAM for a machine that has no key', () => {
  let gcs: ScriptedGcs
  let metadata: ScriptedMetadata
  let iam: ScriptedIam
  let later: (seconds: number) => void
  let store: GcsAudioContentStore

  beforeEach(async () => {
    ;({ gcs, later } = await aServer())
    metadata = await ScriptedMetadata.start()
    iam = await ScriptedIam.start()
    store = aGcsStore(gcs, { projectId, signingEndpoint: iam.endpoint, retries: { deadlineMs: 1000 } })
  })

  afterEach(async () => {
    await gcs.stop()
    await metadata.stop()
    await iam.stop()
  })

  contentLinksContract({ make: async () => ({ store, links: store, follow, later }) })

  it('are signed for the account of the machine', async () => {
    await store.linkTo(anAudioId(), terms)
    expect(iam.signedFor).to.deep.equal([serviceAccount])
  })

  it('ask the storage for nothing', async () => {
    gcs.requests.length = 0
    await store.linkTo(anAudioId(), terms)
    expect(gcs.requests).to.deep.equal([])
  })

  for (const fault of [403, 404, 'hang'] as const) {
    it(`cannot be had within the deadline where IAM answers ${fault}`, async () => {
      iam.fault = fault
      const error = await rejectionOf(store.linkTo(anAudioId(), terms), StorageUnavailable)
      expect(String(error.cause)).to.not.match(/token-|Bearer|X-Goog/)
    })

    it(`cannot be had within the deadline where no token is to be had: ${fault}`, async () => {
      metadata.fault = fault
      await rejectionOf(store.linkTo(anAudioId(), terms), StorageUnavailable)
    })
  }

  it('are made once IAM, which failed for a moment, signs again', async () => {
    store = aGcsStore(gcs, { projectId, signingEndpoint: iam.endpoint })
    iam.fault = 503
    const link = store.linkTo(anAudioId(), terms)
    setTimeout(() => (iam.fault = undefined), 20)
    expect((await follow(await link)).status).to.equal(404)
  })
})

describe('Links to Google Cloud Storage, signed with the key of a service account', () => {
  let folder: string
  let credentialsFile: string
  let gcs: ScriptedGcs
  let later: (seconds: number) => void

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'audiohost-key-'))
    credentialsFile = path.join(folder, 'key.json')
    const key = {
      type: 'service_account',
      project_id: projectId,
      private_key: keyPair.privateKey.export({ type: 'pkcs8', format: 'pem' }),
      client_email: serviceAccount,
    }
    await writeFile(credentialsFile, JSON.stringify(key))
    ;({ gcs, later } = await aServer())
  })

  afterEach(async () => {
    await rm(folder, { recursive: true })
    await gcs.stop()
  })

  describe('on a server that checks signatures', () => {
    contentLinksContract({
      make: async () => {
        const store = aGcsStore(gcs, { credentialsFile })
        return { store, links: store, follow, later }
      },
    })
  })

  if (emulator !== undefined) {
    describe('on fake-gcs-server, which checks none', () => {
      let made = 0
      contentLinksContract({
        checks: 'nothing',
        make: async () => {
          const bucket = await aBucket(emulator, `links-${process.pid}-${++made}`)
          const store = new GcsAudioContentStore({ bucket, apiEndpoint: emulator, credentialsFile })
          return { store, links: store, follow }
        },
      })
    })
  }

  it('need no IAM', async () => {
    const store = aGcsStore(gcs, { credentialsFile, signingEndpoint: 'http://127.0.0.1:1/' })
    await store.write(anAudioId(), sourceOf('x'))
    expect((await follow(await store.linkTo(anAudioId(), terms))).status).to.equal(200)
  })
})
