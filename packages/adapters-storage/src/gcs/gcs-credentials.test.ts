import { inspect } from 'node:util'
import { StorageUnavailable } from '@audiohost/core'
import { expect } from 'chai'
import { aGcsStore, chunkBytes, faultAt, threeChunks as content } from '../testing/a-gcs-store.ts'
import { anAudioId, bytesOf, idsIn, rejectionOf, sourceOf } from '../testing/content.ts'
import { ScriptedGcs } from '../testing/scripted-gcs.ts'
import { ScriptedMetadata } from '../testing/scripted-metadata.ts'
import { GcsAudioContentStore } from './gcs-audio-content-store.ts'

const id = anAudioId()
// Without a project the library asks the command gcloud for one, which takes a second.
const onGoogle = { sendsCredentials: true, projectId: 'project' }

let gcs: ScriptedGcs
let metadata: ScriptedMetadata
let store: GcsAudioContentStore

beforeEach(async () => {
  gcs = await ScriptedGcs.start()
  metadata = await ScriptedMetadata.start()
  store = aGcsStore(gcs, { ...onGoogle })
  gcs.accepts = (token) => token !== undefined
})

afterEach(async () => {
  await gcs.stop()
  await metadata.stop()
})

const calls = [
  ['write', () => store.write(anAudioId(2), sourceOf('x'))],
  ['open', () => bytesOf(store, id)],
  ['stat', () => store.stat(id)],
  ['list', () => idsIn(store)],
  ['check', () => store.check()],
  ['remove', () => store.remove(id)],
] as const

describe('The credentials of GcsAudioContentStore', () => {
  it('are of the machine, fetched once, and sent with every request but those to an upload session', async () => {
    await store.write(id, sourceOf(content))
    for (const [, call] of calls) await call()
    expect(gcs.tokens.size).to.equal(1)
  })

  for (const [name, call] of calls) {
    it(`are renewed where they end before their time: ${name}`, async () => {
      await store.write(id, sourceOf(content))
      const [ended] = gcs.tokens
      gcs.accepts = (token) => token !== ended
      await call()
      expect(gcs.tokens.size).to.equal(2)
    })

    it(`are renewed once only, where new ones are refused too: ${name}`, async () => {
      gcs.accepts = () => false
      const error = await rejectionOf(call(), StorageUnavailable)
      expect(error.cause).to.include({ status: 401 })
      expect(gcs.tokens.size).to.equal(2)
    })
  }

  for (const fault of [500, 404, 'hang'] as const) {
    // One of each kind: a request of ours, and a call of the library.
    for (const [name, call] of calls.filter(([name]) => name === 'write' || name === 'stat')) {
      it(`that cannot be fetched, by ${fault}, make ${name} unavailable within its deadline`, async () => {
        store = aGcsStore(gcs, { ...onGoogle, retries: { limit: 1, deadlineMs: 300 } })
        metadata.fault = fault
        await rejectionOf(call(), StorageUnavailable)
        expect(gcs.requests).to.deep.equal([])
      })
    }
  }

  it('are fetched anew for each request where they live too shortly', async () => {
    metadata.expiresInSeconds = 1
    gcs.accepts = (token) => token !== undefined && !gcs.tokens.has(token)
    await store.write(id, sourceOf(content))
    gcs.fault = faultAt(/^get/, 'half', 1)
    expect((await bytesOf(store, id))?.equals(content)).to.equal(true)
    expect(gcs.tokens.size).to.equal(3)
  })

  it('never appear in an error', async () => {
    gcs.fault = () => 403
    for (const [, call] of calls) {
      const error = await rejectionOf(call(), StorageUnavailable)
      expect(inspect(error, { depth: 20, showHidden: true })).to.not.match(/token-|Bearer/)
    }
  })

  it('are not sent over plain http unless that is asked for', async () => {
    gcs.accepts = () => true
    const plain = new GcsAudioContentStore({ bucket: 'bucket', apiEndpoint: gcs.endpoint, chunkBytes })
    await plain.write(id, sourceOf('x'))
    await plain.stat(id)
    expect(gcs.tokens.size).to.equal(0)
  })
})
