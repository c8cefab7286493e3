import { once } from 'node:events'
import { globalAgent } from 'node:http'
import type { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { StorageUnavailable } from '@audiohost/core'
import { someBytes } from '@audiohost/core/testing'
import { expect } from 'chai'
import type { S3AudioContentStore } from './s3-audio-content-store.ts'
import { anAudioId, bytesOf, idsIn, nobodyWrites, rejectionOf, sourceOf } from '../testing/content.ts'
import { aScriptedStore, partBytes } from '../testing/scripted-store.ts'

const id = anAudioId()
const key = `audio/${id}`
const content = someBytes(2 * partBytes + 1000)
const busy = { status: 503, code: 'SlowDown' }

async function opened(store: S3AudioContentStore): Promise<Readable> {
  const stream = await store.open(id)
  if (!stream) throw new Error('There is no content')
  return stream
}

describe('A content in S3', () => {
  const on = aScriptedStore()

  beforeEach(() => on.store.write(id, sourceOf(content)))

  for (const fault of [500, busy, 'reset', 'hang'] as const) {
    it(`is opened although the first request meets ${JSON.stringify(fault)}`, async () => {
      on.failing(/^get/, fault, 1)
      expect((await bytesOf(on.store, id))?.equals(content)).to.equal(true)
    })
  }

  for (const fault of ['half', 'stall'] as const) {
    it(`goes on where it stopped, whole or in a range, where it meets ${fault}`, async () => {
      on.failing(/^get/, fault, 3)
      expect((await bytesOf(on.store, id))?.equals(content)).to.equal(true)
      on.failing(/^get/, fault, 1)
      const [start, end] = [1000, partBytes + 1000]
      const part = await on.store.open(id, { start, end })
      expect(part && (await buffer(part)).equals(content.subarray(start, end + 1))).to.equal(true)
      expect(on.countOf(/^get/)).to.equal(6)
    })

    it(`fails in the middle with an error where ${fault} is all that comes, or the rest does not`, async () => {
      let gets = 0
      on.s3.fault = (request) => (request === 'get' ? (gets++ === 0 ? fault : 500) : undefined)
      await rejectionOf(buffer(await opened(on.store)), StorageUnavailable)
      on.failing(/^get/, 'half')
      await rejectionOf(buffer(await opened(on.store)), StorageUnavailable)
    })
  }

  it('does not go on with the bytes of another object', async () => {
    on.s3.fault = (request) => {
      const kept = on.s3.bucket.objects.get(key)
      if (request !== 'get' || !kept) return undefined
      on.s3.fault = () => {
        kept.bytes = kept.bytes.subarray(1)
        return undefined
      }
      return 'half'
    }
    await rejectionOf(buffer(await opened(on.store)), StorageUnavailable)
  })

  it('waits for a slow reader, for longer than a request may take, and holds little meanwhile', async () => {
    const long = Buffer.alloc(8 * 1024 * 1024, 5)
    const kept = on.s3.bucket.objects.get(key)
    if (kept) kept.bytes = long
    const stream = await opened(on.another({ deadlineMs: 350 }))
    await once(stream, 'readable')
    // More than each of the limits: the wait itself is what is tested.
    await new Promise((resolve) => setTimeout(resolve, 500))
    expect(stream.readableLength).to.be.below(256 * 1024)
    expect((await buffer(stream)).equals(long)).to.equal(true)
  })

  it('goes on for one reader when another leaves', async () => {
    const [leaving, staying] = [await opened(on.store), await opened(on.store)]
    await once(leaving, 'readable')
    leaving.destroy()
    expect((await buffer(staying)).equals(content)).to.equal(true)
  })

  it('is read by more at once than a pool of sockets would take', async () => {
    const patient = on.another({ answerTimeoutMs: 10_000 })
    const readers = await Promise.all(Array.from({ length: 80 }, () => opened(patient)))
    expect((await bytesOf(on.store, id))?.length).to.equal(content.length)
    for (const reader of readers) reader.destroy()
  })

  it('has no bytes beyond its end', async () => {
    const size = content.length
    for (const [start, end] of [
      [0, size],
      [size, size],
      [size + 5, size + 9],
      [5, 4],
      [-1, 4],
    ] as const) {
      await rejectionOf(on.store.open(id, { start, end }), RangeError)
    }
  })

  it('is not taken for absent where the bucket is', async () => {
    on.s3.bucketExists = false
    for (const call of [
      () => on.store.open(id),
      () => on.store.stat(id),
      () => on.store.remove(id),
      () => idsIn(on.store),
      () => on.store.check(),
      () => on.store.removePartial(new Date(), nobodyWrites),
      () => on.store.write(anAudioId(2), sourceOf('x')),
    ]) {
      await rejectionOf(call(), StorageUnavailable)
    }
  })

  it('is listed among others of its prefix, page by page, without what is foreign', async () => {
    const ids = [id, anAudioId(2), anAudioId(3), anAudioId(4), anAudioId(5)]
    for (const other of ids.slice(1)) await on.store.write(other, sourceOf('x'))
    const kept = on.s3.bucket.objects.get(key)
    if (!kept) throw new Error('Not kept')
    for (const name of [`audio/notes.txt`, `audio/${id}/x`, `backup/${id}`, `audio/${id.toUpperCase()}`]) {
      on.s3.bucket.objects.set(name, kept)
    }
    expect(await idsIn(on.store)).to.have.members(ids)
  })
})

describe('S3AudioContentStore.removePartial', () => {
  const on = aScriptedStore()

  it('ends the uploads that began before, page by page, and no others', async () => {
    const old = new Date(Date.now() - 60_000)
    const anUpload = (key: string, initiated: Date) =>
      on.s3.bucket.uploads.set(`${key} ${on.s3.bucket.uploads.size}`, {
        key,
        initiated,
        facts: {},
        parts: new Map(),
      })
    for (let count = 0; count < 5; count++) anUpload(key, old)
    anUpload(key, new Date())
    anUpload('audio/notes.txt', old)
    anUpload(`backup/${id}`, old)
    const before = new Date(Date.now() - 30_000)
    expect(await on.store.countPartial(before, nobodyWrites)).to.equal(5)
    expect(on.s3.bucket.uploads.size).to.equal(8)
    expect(await on.store.removePartial(before, nobodyWrites)).to.equal(5)
    expect(on.s3.bucket.uploads.size).to.equal(3)
  })

  it('does not count an upload that ended meanwhile', async () => {
    on.s3.bucket.uploads.set('gone', { key, initiated: new Date(0), facts: {}, parts: new Map() })
    on.failing(/^abort/, { status: 404, code: 'NoSuchUpload' })
    expect(await on.store.removePartial(new Date(), nobodyWrites)).to.equal(0)
  })
})

describe('S3AudioContentStore.check', () => {
  const on = aScriptedStore()

  it('throws where nothing can be written, and leaves nothing', async () => {
    await on.store.check()
    on.expectNothingLeft()
    on.failing(/begin/, 403)
    await rejectionOf(on.store.check(), StorageUnavailable)
  })

  it('throws without a word of the credentials where they are refused', async () => {
    on.failing(/./, { status: 403, code: 'InvalidAccessKeyId' })
    const error = await rejectionOf(on.store.check(), StorageUnavailable)
    expect(JSON.stringify(error.cause, Object.getOwnPropertyNames(error.cause))).to.not.contain('secret')
  })
})

describe('Each call of S3AudioContentStore', () => {
  const on = aScriptedStore()

  const calls = [
    ['open', /^get/, () => on.store.open(id).then((stream) => stream?.destroy())],
    ['stat', /^head/, () => on.store.stat(id)],
    ['remove', /^delete/, () => on.store.remove(id)],
    ['list', /^list/, () => idsIn(on.store)],
    ['removePartial', /^uploads/, () => on.store.removePartial(new Date(0), nobodyWrites)],
    ['check', /^begin/, () => on.store.check()],
  ] as const

  for (const [name, request, call] of calls) {
    it(`repeats a request that failed, and gives up after so many: ${name}`, async () => {
      await on.store.write(id, sourceOf('here'))
      for (const fault of [503, 'reset', 'hang'] as const) {
        on.failing(request, fault, 1)
        await call()
      }
      on.s3.requests.length = 0
      on.failing(request, 500)
      await rejectionOf(call(), StorageUnavailable)
      expect(on.countOf(request)).to.equal(3)
    })
  }

  it('keeps no socket in use once it is done', async () => {
    await on.store.write(id, sourceOf(content))
    on.failing(/^part/, 'hang')
    await rejectionOf(on.store.write(anAudioId(2), sourceOf(content)), StorageUnavailable)
    const inUse = () =>
      Object.keys(globalAgent.sockets).filter((name) => on.s3.endpoint.includes(name.slice(0, -1)))
    // A socket is given back in a later turn than the reply.
    for (let turns = 0; turns < 100 && inUse().length > 0; turns++) await new Promise(setImmediate)
    expect(inUse()).to.deep.equal([])
  })
})
