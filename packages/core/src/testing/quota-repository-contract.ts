import { expect } from 'chai'
import type { AudioId, UserId } from '../ids.ts'
import type { Repositories } from '../repositories.ts'
import { mostCountedBytes, unlimited, type Quota, type StorageUsage } from '../users/quota.ts'
import { anAudio, at, aUser } from './builders.ts'
import { countOf, race } from './race.ts'
import { aPendingAudio, aStoredAudio, aStoredUser } from './stored.ts'

/** What every `QuotaRepository` promises together with its `AudioRepository`. `make` gives a fresh, empty set. */
export function quotaRepositoryContract({ make }: { readonly make: () => Promise<Repositories> }): void {
  let repositories: Repositories
  let ownerId: UserId

  beforeEach(async () => {
    repositories = await make()
    ownerId = (await aStoredUser(repositories)).id
  })

  const usage = async (): Promise<StorageUsage | undefined> =>
    (await repositories.quotas.find(ownerId))?.usage
  const nothing: StorageUsage = { usedBytes: 0, usedFiles: 0, reservedBytes: 0, reservedFiles: 0 }
  const exactly = (bytes: number) => ({ atLeastBytes: bytes, atMostBytes: bytes })
  const bytes = (limit: number): Quota => ({ bytes: limit, files: undefined })
  const files = (limit: number): Quota => ({ bytes: undefined, files: limit })
  const begin = (defaults: Quota) => {
    const { id, createdAt } = anAudio()
    return { id, inserted: repositories.audio.insertPending({ id, ownerId, createdAt }, defaults) }
  }
  const finish = (id: AudioId, sizeBytes: number) =>
    repositories.audio.markReady(anAudio({ id, ownerId, content: { sizeBytes, sha256: 'ab'.repeat(32) } }))

  describe('find', () => {
    it('knows nothing of a user who is not there', async () => {
      expect(await repositories.quotas.find(aUser().id)).to.equal(undefined)
    })

    it('begins at nothing, without limits of their own', async () => {
      expect(await repositories.quotas.find(ownerId)).to.deep.equal({ usage: nothing, own: unlimited })
    })

    it('counts a pending audio by what is reserved, and a ready one by its size', async () => {
      const { id } = await aPendingAudio(repositories, { ownerId })
      expect(await usage()).to.deep.equal({ ...nothing, reservedFiles: 1 })
      expect(await repositories.audio.reserve(id, exactly(5_000_000_000), unlimited)).to.equal(5_000_000_000)
      expect(await usage()).to.deep.equal({ ...nothing, reservedFiles: 1, reservedBytes: 5_000_000_000 })
      await finish(id, 700)
      expect(await usage()).to.deep.equal({ ...nothing, usedFiles: 1, usedBytes: 700 })
    })

    it('forgets what was erased, buried or given up by the sweep', async () => {
      const erased = await aPendingAudio(repositories, { ownerId })
      await repositories.audio.reserve(erased.id, exactly(10), unlimited)
      await repositories.audio.erase(erased.id)
      expect(await usage()).to.deep.equal(nothing)

      const deleted = await aStoredAudio(repositories, { ownerId })
      await repositories.audio.bury(deleted.id, ownerId)
      expect(await usage()).to.deep.equal(nothing)
      await repositories.audio.erase(deleted.id)
      expect(await usage()).to.deep.equal(nothing)

      const givenUp = await aPendingAudio(repositories, { ownerId, createdAt: at(0) })
      await repositories.audio.reserve(givenUp.id, exactly(10), unlimited)
      await repositories.leftovers.claimTombstones(at(1), 10, undefined)
      expect(await usage()).to.deep.equal(nothing)
    })

    it("counts nothing of somebody else's, and goes with its user", async () => {
      const other = await aStoredUser(repositories)
      await aStoredAudio(repositories, { ownerId: other.id })
      expect(await usage()).to.deep.equal(nothing)
      await repositories.users.remove(other.id, at(1))
      expect(await repositories.quotas.find(other.id)).to.equal(undefined)
    })
  })

  describe('change', () => {
    it('sets limits that go before those of the service, and gives them back', async () => {
      expect(await repositories.quotas.change(ownerId, { bytes: 10, files: 3 })).to.equal('changed')
      expect((await repositories.quotas.find(ownerId))?.own).to.deep.equal({ bytes: 10, files: 3 })
      const { id } = await aPendingAudio(repositories, { ownerId })
      expect(await repositories.audio.reserve(id, exactly(11), bytes(1000))).to.equal('quota-exceeded')
      await repositories.quotas.change(ownerId, unlimited)
      expect(await repositories.audio.reserve(id, exactly(11), bytes(1000))).to.equal(11)
      expect(await repositories.audio.reserve(id, exactly(1001), bytes(1000))).to.equal('quota-exceeded')
    })

    for (const most of [0, 2 ** 31 - 1, 2 ** 31, 2 ** 32, mostCountedBytes]) {
      it(`stores a limit of ${most}`, async () => {
        expect(await repositories.quotas.change(ownerId, { bytes: most, files: most })).to.equal('changed')
        expect((await repositories.quotas.find(ownerId))?.own).to.deep.equal({ bytes: most, files: most })
        expect(await begin(unlimited).inserted).to.equal(most === 0 ? 'quota-exceeded' : 'inserted')
      })
    }

    it('finds nobody to change', async () => {
      expect(await repositories.quotas.change(aUser().id, unlimited)).to.equal('absent')
    })

    it('to less than is stored takes nothing away', async () => {
      const audio = await aStoredAudio(repositories, { ownerId })
      await repositories.quotas.change(ownerId, { bytes: 0, files: 0 })
      expect(await repositories.audio.find(audio.id)).to.not.equal(undefined)
      expect(await begin(unlimited).inserted).to.equal('quota-exceeded')
    })
  })

  describe('reserve', () => {
    it('keeps what was given, and takes little ahead near the limit', async () => {
      const first = await aPendingAudio(repositories, { ownerId })
      const second = await aPendingAudio(repositories, { ownerId })
      expect(await repositories.audio.reserve(first.id, exactly(60), bytes(100))).to.equal(60)
      const room = { atLeastBytes: 10, atMostBytes: 80 }
      expect(await repositories.audio.reserve(second.id, room, bytes(100))).to.equal(10)
      expect(await repositories.audio.reserve(second.id, exactly(5), bytes(100))).to.equal(10)
      expect(await repositories.audio.reserve(second.id, exactly(40), bytes(100))).to.equal(40)
      expect(await repositories.audio.reserve(second.id, exactly(40), bytes(90))).to.equal(40)
      expect(await usage()).to.deep.equal({ ...nothing, reservedFiles: 2, reservedBytes: 100 })
    })

    it('distinguishes reserved bytes of others from used bytes', async () => {
      const first = await aPendingAudio(repositories, { ownerId })
      const second = await aPendingAudio(repositories, { ownerId })
      await repositories.audio.reserve(first.id, exactly(60), bytes(100))
      const reserve = (size: number) => repositories.audio.reserve(second.id, exactly(size), bytes(100))
      expect(await reserve(41)).to.equal('quota-contended')
      expect(await reserve(101)).to.equal('quota-exceeded')
      await finish(first.id, 60)
      expect(await reserve(41)).to.equal('quota-exceeded')
      expect(await reserve(40)).to.equal(40)
    })

    it('takes ahead one part in 64 of what is free, up to what was asked for', async () => {
      const { id } = await aPendingAudio(repositories, { ownerId })
      const room = { atLeastBytes: 100, atMostBytes: 1000 }
      expect(await repositories.audio.reserve(id, room, bytes(100 + 640))).to.equal(110)
      expect(await repositories.audio.reserve(id, room, bytes(1_000_000))).to.equal(1000)
    })

    it('fits 30 racing uploads of unknown length, in steps, that fill the quota exactly', async () => {
      const ids = await Promise.all(
        Array.from({ length: 30 }, async () => (await aPendingAudio(repositories, { ownerId })).id),
      )
      const [size, step] = [1000, 100]
      const quota = bytes(ids.length * size)
      const upload = async (id: AudioId): Promise<void> => {
        let reserved = 0
        for (let came = step; came <= size; came += step) {
          while (reserved < came) {
            const room = { atLeastBytes: came, atMostBytes: came + 8_000_000 }
            const outcome = await repositories.audio.reserve(id, room, quota)
            if (typeof outcome === 'number') reserved = outcome
            else expect(outcome).to.equal('quota-contended')
          }
          const { usedBytes = 0, reservedBytes = 0 } = (await usage()) ?? {}
          expect(usedBytes + reservedBytes).to.be.at.most(ids.length * size)
        }
        expect(await finish(id, size)).to.equal('ready')
      }
      await race(30, (index) => upload(ids[index] ?? anAudio().id))
      expect(await usage()).to.include({ usedBytes: 30_000, usedFiles: 30, reservedBytes: 0 })
    })

    it('never reserves more than can be counted, even without a limit', async () => {
      const first = await aPendingAudio(repositories, { ownerId })
      const second = await aPendingAudio(repositories, { ownerId })
      const most = exactly(mostCountedBytes)
      expect(await repositories.audio.reserve(first.id, most, unlimited)).to.equal(mostCountedBytes)
      expect(await repositories.audio.reserve(second.id, exactly(1), unlimited)).to.equal('quota-contended')
      expect(await usage()).to.deep.equal({ ...nothing, reservedFiles: 2, reservedBytes: mostCountedBytes })
    })

    it('is for pending audio only', async () => {
      const audio = await aStoredAudio(repositories, { ownerId })
      expect(await repositories.audio.reserve(audio.id, exactly(1), unlimited)).to.equal('not-pending')
      expect(await repositories.audio.reserve(anAudio().id, exactly(1), unlimited)).to.equal('not-pending')
    })

    it('lets as many of 30 racing uploads in as there is room for, and not one more', async () => {
      const ids = await Promise.all(
        Array.from({ length: 30 }, async () => (await aPendingAudio(repositories, { ownerId })).id),
      )
      const outcomes = await race(30, (index) =>
        repositories.audio.reserve(ids[index] ?? anAudio().id, exactly(100), bytes(750)),
      )
      expect(countOf<unknown>(outcomes, 100)).to.equal(7)
      expect(countOf<unknown>(outcomes, 'quota-contended')).to.equal(23)
      expect(await usage()).to.deep.equal({ ...nothing, reservedFiles: 30, reservedBytes: 700 })
      for (const id of ids) await repositories.audio.erase(id)
      expect(await usage()).to.deep.equal(nothing)
    })
  })

  it('insertPending lets as many of 30 racing uploads begin as files are allowed', async () => {
    const outcomes = await race(30, () => begin(files(7)).inserted)
    expect(countOf<unknown>(outcomes, 'inserted')).to.equal(7)
    expect(countOf<unknown>(outcomes, 'quota-exceeded')).to.equal(23)
    expect(await usage()).to.deep.equal({ ...nothing, reservedFiles: 7 })
  })
}
