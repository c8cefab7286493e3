import { expect } from 'chai'
import {
  anAccount,
  anAudio,
  inMemoryAdapters,
  inPieces,
  someBytes,
  type InMemoryAdapters,
} from '../testing/index.ts'
import { unlimited } from '../users/quota.ts'
import type { AudioId, UserId } from '../ids.ts'
import { FindLeftovers, type FindLeftoversDependencies } from './find-leftovers.ts'
import { defaultSweepAgeSeconds, SweepLeftovers } from './sweep-leftovers.ts'

describe('FindLeftovers', () => {
  const nothing = {
    stuckUploads: 0,
    tombstones: 0,
    orphans: 0,
    orphanBytes: 0,
    orphanIds: [],
    keptOrphans: 0,
    partialWrites: 0,
  }
  let adapters: InMemoryAdapters
  let ownerId: UserId

  beforeEach(async () => {
    adapters = inMemoryAdapters()
    ownerId = (await anAccount(adapters)).user.id
  })

  const find = (deps: Partial<FindLeftoversDependencies> = {}) =>
    new FindLeftovers({ ...adapters, ...deps }).execute({ ageSeconds: defaultSweepAgeSeconds })

  const anUpload = async (state: 'pending' | 'ready' | 'buried'): Promise<AudioId> => {
    const audio = anAudio({ ownerId, createdAt: adapters.clock.now() })
    await adapters.audio.insertPending(audio, unlimited)
    await adapters.contents.write(audio.id, inPieces(someBytes(10)))
    if (state !== 'pending') await adapters.audio.markReady(audio)
    if (state === 'buried') await adapters.audio.bury(audio.id, ownerId)
    return audio.id
  }

  const anOrphan = async (): Promise<AudioId> => {
    const { id } = anAudio()
    await adapters.contents.write(id, inPieces(someBytes(10)))
    return id
  }

  it('finds nothing where all is well', async () => {
    expect(await find()).to.deep.equal(nothing)
    await anUpload('ready')
    expect(await find()).to.deep.equal(nothing)
  })

  it('counts apart what a sweep would keep, for it is most likely of another database', async () => {
    const orphanIds = [await anOrphan()]
    adapters.clock.advance(25 * 3600)
    const found = { ...nothing, orphans: 1, orphanBytes: 10, orphanIds }
    expect(await find()).to.deep.equal({ ...found, keptOrphans: 1 })
    await anUpload('ready')
    expect(await find()).to.deep.equal(found)
  })

  it('finds what the sweep would remove, and removes nothing of it', async () => {
    await anUpload('ready')
    await anUpload('pending')
    await anUpload('buried')
    const ids = [await anOrphan(), await anOrphan()]
    adapters.clock.advance(25 * 3600)
    const found = { ...nothing, stuckUploads: 1, tombstones: 1, orphans: 2, orphanBytes: 20, orphanIds: ids }
    expect(await find()).to.deep.equal(found)
    expect(await find()).to.deep.equal(found)
    const swept = await new SweepLeftovers(adapters).execute({ ageSeconds: defaultSweepAgeSeconds })
    expect(swept).to.include({ tombstones: 2, orphans: 2, failed: 0 })
    expect(await find()).to.deep.equal(nothing)
  })

  it('takes neither uploads in flight nor deletions under way for leftovers', async () => {
    const pending = await anUpload('pending')
    adapters.clock.advance(25 * 3600)
    await adapters.audio.touch(pending, adapters.clock.now())
    await anUpload('buried')
    await anOrphan()
    expect(await find()).to.deep.equal(nothing)
  })

  it('counts partial writes of the age that the sweep removes', async () => {
    const asked: Date[] = []
    const contents: FindLeftoversDependencies['contents'] = {
      list: () => adapters.contents.list(),
      stat: (id) => adapters.contents.stat(id),
      countPartial: async (before) => {
        asked.push(before)
        return 3
      },
    }
    adapters.clock.advance(25 * 3600)
    expect(await find({ contents })).to.include({ partialWrites: 3 })
    expect(asked).to.deep.equal([new Date('2026-01-01T01:00:00.000Z')])
  })

  it('tells how many contents it has looked at', async () => {
    for (let count = 0; count < 3; count++) await anOrphan()
    const seen: number[] = []
    await new FindLeftovers(adapters).execute({
      ageSeconds: 0,
      onProgress: (contents) => seen.push(contents),
    })
    expect(seen).to.deep.equal([1, 2, 3])
  })
})
