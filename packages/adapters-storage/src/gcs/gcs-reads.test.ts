import { once } from 'node:events'
import { globalAgent } from 'node:http'
import { buffer } from 'node:stream/consumers'
import type { Readable } from 'node:stream'
import { StorageUnavailable, type ByteRange } from '@audiohost/core'
import { expect } from 'chai'
import { aGcsStore, faultAt, threeChunks as content } from '../testing/a-gcs-store.ts'
import { anAudioId, rejectionOf, sourceOf } from '../testing/content.ts'
import { ScriptedGcs, type Fault } from '../testing/scripted-gcs.ts'
import type { GcsAudioContentStore } from './gcs-audio-content-store.ts'

const id = anAudioId()

let gcs: ScriptedGcs
let store: GcsAudioContentStore

beforeEach(async () => {
  gcs = await ScriptedGcs.start()
  store = aGcsStore(gcs)
  await store.write(id, sourceOf(content))
  gcs.requests.length = 0
})

afterEach(() => gcs.stop())

async function opened(range?: ByteRange): Promise<Readable> {
  const stream = await store.open(id, range)
  if (!stream) throw new Error('There is no content')
  return stream
}

/** One after the other, for as many requests for bytes. */
function failingInTurn(...faults: readonly (Fault | undefined)[]): void {
  const left = [...faults]
  gcs.fault = (request) => (request === 'get' ? left.shift() : undefined)
}

describe('A read from Google Cloud Storage', () => {
  for (const fault of ['half', 'stall'] as const) {
    for (const range of [undefined, { start: 1000, end: 400_999 }]) {
      const part = range ? content.subarray(range.start, range.end + 1) : content
      it(`goes on after ${fault} at the byte where it stopped: ${range ? 'a range' : 'the whole'}`, async () => {
        failingInTurn(fault, undefined)
        expect((await buffer(await opened(range))).equals(part)).to.equal(true)
        const generation = gcs.objects.get(`audio/${id}`)?.generation
        const half = (range?.start ?? 0) + (part.length >> 1)
        const end = range?.end ?? content.length - 1
        expect(gcs.reads.at(-1)).to.deep.equal({ range: `bytes=${half}-${end}`, generation })
        expect(gcs.requests).to.deep.equal(['get', 'get'])
      })
    }
  }

  it('goes on however often it is cut, as long as bytes come', async () => {
    gcs.fault = faultAt(/^get/, 'half', 9)
    expect((await buffer(await opened())).equals(content)).to.equal(true)
    expect(gcs.requests).to.have.length(10)
  })

  it('goes on although the request for the rest fails at first', async () => {
    failingInTurn('half', 503, 'reset', undefined)
    expect((await buffer(await opened())).equals(content)).to.equal(true)
  })

  for (const [what, faults, requests] of [
    ['the rest never comes', ['half', 'empty', 'empty', 'empty'], 3],
    ['the rest is refused', ['half', 403], 2],
    ['the storage stays unavailable', ['half', 503, 503, 503, 503], 4],
    ['the range is not obeyed', ['half', 200], 2],
    ['another range comes', ['half', 'shift'], 2],
  ] as const) {
    it(`fails with an error and never ends early where ${what}`, async () => {
      failingInTurn(...faults)
      await rejectionOf(buffer(await opened()), StorageUnavailable)
      expect(gcs.requests).to.have.length(requests)
    })
  }

  it('fails where another object is there by then', async () => {
    failingInTurn('half', undefined)
    const stream = await opened()
    await once(stream, 'readable')
    const kept = gcs.objects.get(`audio/${id}`)
    if (kept) gcs.objects.set(`audio/${id}`, { ...kept, generation: '999' })
    const error = await rejectionOf(buffer(stream), StorageUnavailable)
    expect(error.cause).to.include({ status: 412 })
  })

  it('fails where the content has been removed by then', async () => {
    failingInTurn('half', undefined)
    const stream = await opened()
    await store.remove(id)
    await rejectionOf(buffer(stream), StorageUnavailable)
  })

  it('asks for no more while nobody reads', async () => {
    failingInTurn('half', undefined)
    const stream = await opened()
    await once(stream, 'readable')
    // What a socket and the stream hold is less than one half, so the break is not even seen.
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(gcs.requests).to.deep.equal(['get'])
    expect((await buffer(stream)).equals(content)).to.equal(true)
  })

  it('that is left while it waits for the rest frees its socket and ends its request', async () => {
    store = aGcsStore(gcs, { retries: { idleTimeoutMs: 3_600_000 } })
    failingInTurn('half', 'hang')
    const stream = await opened()
    stream.on('error', () => undefined).resume()
    while (gcs.requests.length < 2) await new Promise(setImmediate)
    const closed = once(stream, 'close')
    stream.destroy()
    await closed
    while (Object.values(globalAgent.sockets).flat().length > 0) await new Promise(setImmediate)
    expect(gcs.requests).to.deep.equal(['get', 'get'])
  })
})
