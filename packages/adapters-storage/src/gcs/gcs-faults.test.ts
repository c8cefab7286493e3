import { once } from 'node:events'
import { buffer } from 'node:stream/consumers'
import type { Readable } from 'node:stream'
import { StorageUnavailable } from '@audiohost/core'
import { expect } from 'chai'
import type { GcsAudioContentStore } from './gcs-audio-content-store.ts'
import { aGcsStore, chunkBytes, faultAt, threeChunks } from '../testing/a-gcs-store.ts'
import { anAudioId, bytesOf, idsIn, rejectionOf, sourceOf } from '../testing/content.ts'
import { ScriptedGcs, type Fault } from '../testing/scripted-gcs.ts'

const id = anAudioId()
const content = threeChunks

let gcs: ScriptedGcs
let store: GcsAudioContentStore

beforeEach(async () => {
  gcs = await ScriptedGcs.start()
  store = aGcsStore(gcs)
})

afterEach(() => gcs.stop())

const failing = (kind: RegExp, fault: Fault, times?: number): void => {
  gcs.fault = faultAt(kind, fault, times)
}

async function opened(): Promise<Readable> {
  const stream = await store.open(id)
  if (!stream) throw new Error('There is no content')
  return stream
}

describe('An upload to Google Cloud Storage', () => {
  it('goes in chunks, with its sum in the last, where there is no object yet', async () => {
    await store.write(id, sourceOf(content))
    expect(gcs.requests).to.deep.equal([
      'begin',
      'put bytes 0-262143/*',
      'put bytes 262144-524287/*',
      'put bytes 524288-525287/525288',
    ])
    expect(gcs.preconditions).to.deep.equal(['0'])
    expect(gcs.hashes).to.have.length(1)
    expect(gcs.hashes[0]).to.match(/^crc32c=[A-Za-z0-9+/]{6}==$/)
  })

  it('sends a content of whole chunks without an empty one at its end', async () => {
    await store.write(
      id,
      sourceOf(content.subarray(0, chunkBytes), content.subarray(chunkBytes, 2 * chunkBytes)),
    )
    expect(gcs.requests.slice(1)).to.deep.equal(['put bytes 0-262143/*', 'put bytes 262144-524287/524288'])
  })

  const chunks = [
    ['the first chunk', /^put bytes 0-/],
    ['a later chunk', /^put bytes 262144-/],
    ['the last chunk', /^put bytes \d+-\d+\/525288/],
  ] as const

  for (const [where, kind] of chunks) {
    for (const fault of [408, 429, 500, 502, 503, 504, 'reset', 'lose-reply', 'half', 'hang'] as const) {
      it(`survives ${fault} at ${where}`, async () => {
        failing(kind, fault, 1)
        await store.write(id, sourceOf(content))
        expect((await bytesOf(store, id))?.equals(content)).to.equal(true)
        expect(gcs.requests).to.include('put bytes */*')
      })
    }

    it(`gives up ${where} after so many failures, and drops the upload`, async () => {
      failing(kind, 503)
      const error = await rejectionOf(store.write(id, sourceOf(content)), StorageUnavailable)
      expect(error.cause).to.include({ status: 503 })
      expect(gcs.requests.filter((request) => kind.test(request))).to.have.length(3)
      expect(gcs.requests.at(-1)).to.equal('cancel')
      expect(gcs.sessions.size).to.equal(0)
      expect(gcs.objects.size).to.equal(0)
    })
  }

  it('goes on however often the connection breaks, as long as it gets further', async () => {
    failing(/^put bytes \d/, 'half', 12)
    await store.write(id, sourceOf(content))
    expect((await bytesOf(store, id))?.equals(content)).to.equal(true)
  })

  it('survives that the question how much has arrived fails too', async () => {
    const faults: Fault[] = ['reset', 503]
    gcs.fault = (request) => (request.startsWith('put') ? faults.shift() : undefined)
    await store.write(id, sourceOf(content))
    expect((await bytesOf(store, id))?.equals(content)).to.equal(true)
  })

  it('is not acknowledged, and removed, where the storage keeps other bytes', async () => {
    failing(/\/525288$/, 'corrupt', 1)
    await rejectionOf(store.write(id, sourceOf(content)), StorageUnavailable)
    expect(gcs.objects.size).to.equal(0)
  })

  for (const status of [400, 401, 403, 404, 410]) {
    it(`fails at once on ${status}, and leaves nothing`, async () => {
      failing(/^put/, status)
      await rejectionOf(store.write(id, sourceOf(content)), StorageUnavailable)
      expect(gcs.requests).to.deep.equal(['begin', 'put bytes 0-262143/*', 'cancel'])
      expect(gcs.sessions.size + gcs.objects.size).to.equal(0)
    })
  }

  it('fails where the storage forgets the session in the middle, and leaves nothing', async () => {
    failing(/^put bytes 262144-/, 'forget', 1)
    await rejectionOf(store.write(id, sourceOf(content)), StorageUnavailable)
    expect(gcs.requests.slice(1)).to.deep.equal([
      'put bytes 0-262143/*',
      'put bytes 262144-524287/*',
      'cancel',
    ])
    expect(gcs.objects.size).to.equal(0)
  })

  it('sends the rest at once where the storage says that it took a part', async () => {
    failing(/^put bytes (0|524288)-/, 'short', 2)
    await store.write(id, sourceOf(content))
    expect(gcs.requests.slice(1)).to.deep.equal([
      'put bytes 0-262143/*',
      'put bytes 131072-262143/*',
      'put bytes 262144-524287/*',
      'put bytes 524288-525287/525288',
      'put bytes 524788-525287/525288',
    ])
    expect((await bytesOf(store, id))?.equals(content)).to.equal(true)
  })

  it('fails where the storage takes nothing and says no more than that', async () => {
    failing(/^put bytes/, 308)
    await rejectionOf(store.write(id, sourceOf(content)), StorageUnavailable)
    expect(gcs.requests.filter((line) => line.startsWith('put'))).to.have.length(3)
    expect(gcs.requests.at(-1)).to.equal('cancel')
  })

  describe('whose last reply is lost, and of whose session nothing is known any more', () => {
    function losing(): void {
      gcs.fault = (request) => {
        if (request.endsWith('/525288')) return 'lose-reply'
        return request.startsWith('put bytes */') ? 410 : undefined
      }
    }

    it('has ended well where its object is there', async () => {
      losing()
      await store.write(id, sourceOf(content))
      gcs.fault = () => undefined
      expect((await bytesOf(store, id))?.equals(content)).to.equal(true)
    })

    it('fails where the object is another upload’s, and leaves that', async () => {
      losing()
      const before = gcs.fault
      gcs.fault = (request) => {
        const [name, kept] = [...gcs.objects][0] ?? []
        if (request === 'stat' && name !== undefined && kept)
          gcs.objects.set(name, { ...kept, metadata: { upload: 'other' } })
        return before(request)
      }
      await rejectionOf(store.write(id, sourceOf(content)), StorageUnavailable)
      expect(gcs.objects.size).to.equal(1)
    })

    it('fails, with the first error, where that cannot be known either', async () => {
      losing()
      const before = gcs.fault
      gcs.fault = (request) => (request === 'stat' ? 403 : before(request))
      const error = await rejectionOf(store.write(id, sourceOf(content)), StorageUnavailable)
      expect(error.cause).to.include({ status: 410 })
    })
  })

  it('of an id that was written already is refused before the source is read', async () => {
    await store.write(id, sourceOf('first'))
    let asked = 0
    async function* source() {
      asked++
      yield Buffer.from('second')
    }
    const error = await rejectionOf(store.write(id, source()), Error)
    expect(error).to.not.be.instanceOf(StorageUnavailable)
    expect(asked).to.equal(0)
    expect((await bytesOf(store, id))?.toString()).to.equal('first')
  })

  it('is dropped where the source fails, whose error comes back although dropping fails too', async () => {
    async function* source() {
      yield content
      throw new Error('cut')
    }
    failing(/cancel/, 'hang')
    expect((await rejectionOf(store.write(id, source()), Error)).message).to.equal('cut')
    expect(gcs.objects.size).to.equal(0)
    expect(gcs.requests.at(-1)).to.equal('cancel')
  })

  it('pulls no more from its source than one chunk ahead', async () => {
    let pulled = 0
    let most = 0
    gcs.fault = (request) => {
      // What asks how far it has come brings no bytes.
      const [, stored] = /bytes (\d+)-/.exec(request) ?? []
      if (stored !== undefined) most = Math.max(most, pulled - Number(stored))
      return undefined
    }
    async function* source() {
      for (let piece = 0; piece < 64; piece++) {
        pulled += 65_536
        yield Buffer.alloc(65_536)
      }
    }
    await store.write(id, source())
    expect(most).to.be.at.most(chunkBytes + 65_536)
  })
})

describe('A content in Google Cloud Storage', () => {
  beforeEach(() => store.write(id, sourceOf(content)))

  for (const fault of [429, 503, 'reset', 'hang'] as const) {
    it(`is opened although the first request meets ${fault}`, async () => {
      failing(/^get/, fault, 1)
      expect((await bytesOf(store, id))?.equals(content)).to.equal(true)
    })
  }

  it('waits for a slow reader, for longer than the storage may take, and holds little meanwhile', async () => {
    const kept = gcs.objects.get(`audio/${id}`)
    const long = Buffer.alloc(8 * 1024 * 1024, 5)
    if (kept) gcs.objects.set(`audio/${id}`, { ...kept, bytes: long })
    const stream = await opened()
    await once(stream, 'readable')
    // More than `idleTimeoutMs`: the wait itself is what is tested.
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(stream.readableLength).to.be.below(256 * 1024)
    expect((await buffer(stream)).equals(long)).to.equal(true)
  })

  it('goes on for one reader when another leaves', async () => {
    const [leaving, staying] = [await opened(), await opened()]
    await once(leaving, 'readable')
    leaving.destroy()
    expect((await buffer(staying)).equals(content)).to.equal(true)
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
      await rejectionOf(store.open(id, { start, end }), RangeError)
    }
  })

  it('is not taken for absent where the bucket is', async () => {
    gcs.bucketExists = false
    for (const call of [
      () => store.open(id),
      () => store.stat(id),
      () => store.remove(id),
      () => idsIn(store),
      () => store.check(),
      () => store.write(anAudioId(2), sourceOf('x')),
    ]) {
      await rejectionOf(call(), StorageUnavailable)
    }
  })

  it('is listed among others of its prefix, page by page, without what is foreign', async () => {
    const ids = [id, anAudioId(2), anAudioId(3), anAudioId(4), anAudioId(5)]
    for (const other of ids.slice(1)) await store.write(other, sourceOf('x'))
    const kept = gcs.objects.get(`audio/${id}`)
    if (!kept) throw new Error('Not kept')
    for (const name of [`audio/notes.txt`, `audio/${id}/x`, `backup/${id}`, `audio/${id.toUpperCase()}`]) {
      gcs.objects.set(name, kept)
    }
    expect(await idsIn(store)).to.have.members(ids)
  })
})

describe('GcsAudioContentStore.check', () => {
  it('throws where nothing can be written, and leaves nothing', async () => {
    await store.check()
    expect(gcs.objects.size + gcs.sessions.size).to.equal(0)
    failing(/begin/, 403)
    await rejectionOf(store.check(), StorageUnavailable)
  })
})

describe('Each call of GcsAudioContentStore', () => {
  const calls = [
    ['write', /^begin/, () => store.write(anAudioId(2), sourceOf('x'))],
    ['open', /^get/, () => store.open(id).then((stream) => stream?.destroy())],
    ['stat', /^stat/, () => store.stat(id)],
    ['remove', /^delete/, () => store.remove(id)],
    ['list', /^list/, () => idsIn(store)],
    ['check', /^(list|begin)/, () => store.check()],
  ] as const

  for (const [name, request, call] of calls) {
    it(`repeats a request that failed, and gives up after so many: ${name}`, async () => {
      await store.write(id, sourceOf('here'))
      for (const fault of [503, 'reset', 'hang'] as const) {
        failing(request, fault, 1)
        await call()
        if (name === 'remove' || name === 'write') await store.remove(anAudioId(2))
      }
      gcs.requests.length = 0
      failing(request, 503)
      await rejectionOf(call(), StorageUnavailable)
      expect(gcs.requests.filter((line) => request.test(line))).to.have.length(3)
    })
  }
})
