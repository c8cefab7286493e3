import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { expect } from 'chai'
import { StorageUnavailable } from '../errors.ts'
import type { UserId } from '../ids.ts'
import {
  anAccount,
  anAudio,
  errorOf,
  inMemoryAdapters,
  inPieces,
  someBytes,
  type InMemoryAdapters,
} from '../testing/index.ts'
import { unlimited } from '../users/quota.ts'
import type { Audio, ContentDamage } from './audio.ts'
import type { ContentFinding } from './content-finding.ts'
import { ScrubContents, type ScrubContentsDependencies, type ScrubContentsInput } from './scrub-contents.ts'

const bytes = someBytes(200_000)

describe('ScrubContents', () => {
  let adapters: InMemoryAdapters
  let ownerId: UserId

  beforeEach(async () => {
    adapters = inMemoryAdapters()
    ownerId = (await anAccount(adapters)).user.id
  })

  const anUpload = async (): Promise<Audio> => {
    const content = { sizeBytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') }
    const audio = anAudio({ ownerId, content })
    await adapters.audio.insertPending(audio, unlimited)
    await adapters.contents.write(audio.id, inPieces(bytes))
    await adapters.audio.markReady(audio)
    return audio
  }

  const replace = async ({ id }: Audio, other: Uint8Array | undefined): Promise<void> => {
    await adapters.contents.remove(id)
    if (other) await adapters.contents.write(id, inPieces(other))
  }

  const flipped = (bit: number): Buffer => {
    const other = Buffer.from(bytes)
    other[bit >> 3]! ^= 1 << (bit & 7)
    return other
  }

  const scrub = async (
    input: Partial<ScrubContentsInput> = {},
    deps: Partial<ScrubContentsDependencies> = {},
  ): Promise<ContentFinding[]> => {
    adapters.clock.advance(1)
    const found: ContentFinding[] = []
    const scrubbing = new ScrubContents({ ...adapters, ...deps }).execute({ ageSeconds: 0, ...input })
    for await (const finding of scrubbing) found.push(finding)
    return found
  }

  const finding = (
    { id }: Audio,
    found: ContentFinding['found'],
    recorded?: ContentDamage,
  ): ContentFinding => ({ id, ownerId, sizeBytes: bytes.length, found, recorded })

  const due = async (): Promise<number> => (await adapters.checks.countDue(adapters.clock.now())).contents

  it('finds one flipped bit wherever it is, and what is missing, short or long', async () => {
    const uploads = []
    for (let count = 0; count < 7; count++) uploads.push(await anUpload())
    const [first, middle, last, missing, short, long] = uploads as [Audio, Audio, Audio, Audio, Audio, Audio]
    await replace(first, flipped(0))
    await replace(middle, flipped(bytes.length * 4))
    await replace(last, flipped(bytes.length * 8 - 1))
    await replace(missing, undefined)
    await replace(short, bytes.subarray(1))
    await replace(long, Buffer.concat([bytes, bytes]))
    const found = [
      ...[first, middle, last].map((audio) => finding(audio, 'corrupt')),
      finding(missing, 'missing'),
      finding(short, 'short'),
      finding(long, 'corrupt'),
    ]
    expect(await scrub()).to.deep.equal(found)
    expect(await due(), 'the whole one is verified').to.equal(6)
    expect(await scrub(), 'the rest is found again').to.deep.equal(found)
  })

  it('passes over what was verified within the time', async () => {
    await anUpload()
    let read = 0
    const pace = async (count: number): Promise<void> => void (read += count)
    await scrub({ pace })
    expect(read).to.equal(bytes.length)
    adapters.clock.advance(3600)
    await anUpload()
    await scrub({ pace, ageSeconds: 7200 })
    expect(read).to.equal(2 * bytes.length)
    adapters.clock.advance(3700)
    await scrub({ pace, ageSeconds: 7200 })
    expect(read).to.equal(3 * bytes.length)
  })

  it('finds what is recorded as damaged whole again, and leaves the recording to the caller', async () => {
    const audio = await anUpload()
    await adapters.checks.record(audio.id, { damage: 'corrupt', verifiedAt: adapters.clock.now() })
    expect(await scrub()).to.deep.equal([finding(audio, 'whole', 'corrupt')])
    expect((await adapters.audio.find(audio.id))?.damage).to.equal('corrupt')
  })

  it('asks for leave to read on after every chunk, and stops between two where it is told to', async () => {
    await anUpload()
    await anUpload()
    const stop = new AbortController()
    const chunks: number[] = []
    const pace = async (count: number): Promise<void> => {
      chunks.push(count)
      if (chunks.reduce((sum, chunk) => sum + chunk) > bytes.length) stop.abort()
    }
    expect(await errorOf(scrub({ pace, signal: stop.signal }))).to.have.property('name', 'AbortError')
    expect(Math.max(...chunks)).to.be.at.most(65_536)
    expect(await due(), 'the first one needs no second reading').to.equal(1)
    expect(await scrub()).to.deep.equal([])
    expect(await due()).to.equal(0)
  })

  it('tells how much there is to do, and how much of it is done', async () => {
    await anUpload()
    await anUpload()
    const told: unknown[] = []
    await scrub({
      onProgress: (done, all) => told.push([done.contents, done.bytes, all.contents, all.bytes]),
    })
    const size = bytes.length
    expect(told).to.deep.equal([0, 1, 2].map((count) => [count, count * size, 2, 2 * size]))
  })

  const opening = (
    open: ScrubContentsDependencies['contents']['open'],
  ): Partial<ScrubContentsDependencies> => ({
    contents: {
      stat: (id) => adapters.contents.stat(id),
      check: () => adapters.contents.check(),
      open,
    },
  })

  it('works through more than one page, past what stays damaged', async () => {
    const uploads: Audio[] = []
    for (let count = 0; count < 250; count++) uploads.push(await anUpload())
    const damaged = uploads.filter((_, index) => index % 50 === 0 || index === 249)
    for (const audio of damaged) await replace(audio, undefined)
    expect(await scrub()).to.deep.equal(damaged.map((audio) => finding(audio, 'missing')))
    expect(await due()).to.equal(damaged.length)
  })

  it('takes nothing for a finding that is deleted while it is read', async () => {
    await anUpload()
    const gone = opening(async (id) => {
      await adapters.audio.bury(id, ownerId)
      await adapters.contents.remove(id)
      return adapters.contents.open(id)
    })
    expect(await scrub({}, gone)).to.deep.equal([])
  })

  it('goes on behind content that cannot be read to its end, and records nothing of it', async () => {
    const [bad, good] = [await anUpload(), await anUpload()]
    const failing = opening(async (id) => {
      if (id !== bad.id) return adapters.contents.open(id)
      return Readable.from(
        (async function* () {
          yield bytes.subarray(0, 10)
          throw new StorageUnavailable()
        })(),
      )
    })
    expect(await scrub({}, failing)).to.deep.equal([finding(bad, 'unreadable')])
    expect(await adapters.checks.due(adapters.clock.now(), 10, undefined)).to.have.lengthOf(1)
    expect((await adapters.audio.find(good.id))?.damage).to.equal(undefined)
  })

  it('stops where the store is away, instead of taking all of it for damaged', async () => {
    await anUpload()
    const away = {
      contents: {
        stat: () => Promise.reject(new StorageUnavailable()),
        open: () => Promise.reject(new StorageUnavailable()),
        check: () => Promise.reject(new StorageUnavailable()),
      },
    }
    expect(await errorOf(scrub({}, away))).to.be.instanceOf(StorageUnavailable)
  })
})
