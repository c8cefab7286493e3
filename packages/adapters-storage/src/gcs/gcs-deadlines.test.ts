import { StorageUnavailable } from '@audiohost/core'
import { expect } from 'chai'
import { aGcsStore, faultAt, threeChunks as content } from '../testing/a-gcs-store.ts'
import { anAudioId, bytesOf, idsIn, rejectionOf, sourceOf } from '../testing/content.ts'
import { ScriptedGcs, type Fault } from '../testing/scripted-gcs.ts'
import type { GcsAudioContentStore } from './gcs-audio-content-store.ts'
import type { RetryPolicy } from './gcs-retries.ts'

const id = anAudioId()
/** Far beyond the time limit of a test, so that only the deadline under test can end a call. */
const never = 3_600_000
const patient = {
  limit: 1000,
  longestDelayMs: 1,
  idleTimeoutMs: never,
  deadlineMs: never,
  chunkDeadlineMs: never,
  writeDeadlineMs: never,
}

let gcs: ScriptedGcs
let store: GcsAudioContentStore
const storeWith = (retries: Partial<RetryPolicy>): GcsAudioContentStore =>
  aGcsStore(gcs, { retries: { ...patient, ...retries } })

beforeEach(async () => {
  gcs = await ScriptedGcs.start()
  await aGcsStore(gcs).write(id, sourceOf(content))
  gcs.sessions.clear()
  gcs.requests.length = 0
})

afterEach(() => gcs.stop())

const calls = [
  ['write', /^begin/, () => store.write(anAudioId(2), sourceOf('x'))],
  ['open', /^get/, () => store.open(id)],
  ['stat', /^stat/, () => store.stat(id)],
  ['remove', /^delete/, () => store.remove(id)],
  ['list', /^list/, () => idsIn(store)],
  ['check', /^list/, () => store.check()],
] as const

describe('The deadline of a call of GcsAudioContentStore', () => {
  for (const fault of ['hang', 'drip', 503, 'reset'] as const) {
    for (const [name, request, call] of calls) {
      it(`ends ${name} where each request meets ${fault}, however many repetitions are left`, async () => {
        store = storeWith({ deadlineMs: 150 })
        gcs.fault = faultAt(request, fault)
        await rejectionOf(call(), StorageUnavailable)
      })
    }
  }

  for (const [name, request, call] of calls) {
    it(`ends ${name} at once where the storage asks for more patience than is left`, async () => {
      store = storeWith({ deadlineMs: 10_000 })
      gcs.fault = faultAt(request, { status: 503, retryAfter: '3600' })
      await rejectionOf(call(), StorageUnavailable)
      expect(gcs.requests.filter((line) => request.test(line))).to.have.length(1)
    })
  }
})

describe('Retry-After', () => {
  for (const [name, kind, call] of [
    ['a request', /^get/, () => bytesOf(store, id)],
    ['a call of the library', /^stat/, () => store.stat(id)],
    ['a chunk', /^put bytes 262144-/, () => store.write(anAudioId(2), sourceOf(content))],
  ] as const) {
    it(`is waited for by ${name}`, async () => {
      store = aGcsStore(gcs)
      gcs.fault = faultAt(kind, { status: 429, retryAfter: '1' }, 1)
      const beganAt = performance.now()
      await call()
      expect(performance.now() - beganAt).to.be.at.least(1000)
    })
  }

  it('may be a date', async () => {
    store = aGcsStore(gcs)
    // Without its milliseconds it is 1 to 2 seconds away.
    gcs.fault = faultAt(/^get/, { status: 503, retryAfter: new Date(Date.now() + 2000).toUTCString() }, 1)
    const beganAt = performance.now()
    await bytesOf(store, id)
    expect(performance.now() - beganAt).to.be.at.least(500)
  })

  it('that cannot be read is ignored', async () => {
    store = aGcsStore(gcs)
    gcs.fault = faultAt(/^stat/, { status: 503, retryAfter: 'soon' }, 1)
    expect(await store.stat(id)).to.include({ sizeBytes: content.length })
  })
})

describe('The deadline of an upload to Google Cloud Storage', () => {
  const endless = (fault: Fault): void => {
    gcs.fault = faultAt(/^put bytes (262144|\*)/, fault)
  }

  for (const fault of ['hang', 'drip', 503, 'reset'] as const) {
    it(`ends it where a chunk only ever meets ${fault}, and drops the session`, async () => {
      store = storeWith({ chunkDeadlineMs: 150 })
      endless(fault)
      await rejectionOf(store.write(anAudioId(2), sourceOf(content)), StorageUnavailable)
      expect(gcs.requests.at(-1)).to.equal('cancel')
      expect(gcs.sessions.size).to.equal(0)
      expect(gcs.objects.size).to.equal(1)
    })
  }

  it('counts from the last byte that was confirmed', async () => {
    store = storeWith({ chunkDeadlineMs: 1000 })
    gcs.delayMs = 400
    await store.write(anAudioId(2), sourceOf(content))
    expect((await bytesOf(store, anAudioId(2)))?.equals(content)).to.equal(true)
  })

  it('holds for the whole, even while each chunk arrives', async () => {
    store = storeWith({ writeDeadlineMs: 250 })
    gcs.delayMs = 150
    await rejectionOf(store.write(anAudioId(2), sourceOf(content)), StorageUnavailable)
    expect(gcs.objects.size).to.equal(1)
  })

  it('does not count the time that the source takes', async () => {
    store = storeWith({ writeDeadlineMs: 1000, chunkDeadlineMs: 1000 })
    async function* slowly() {
      for (let at = 0; at < content.length; at += 100_000) {
        yield content.subarray(at, at + 100_000)
        await new Promise((resolve) => setTimeout(resolve, 200))
      }
    }
    await store.write(anAudioId(2), slowly())
    expect((await bytesOf(store, anAudioId(2)))?.equals(content)).to.equal(true)
  })
})
