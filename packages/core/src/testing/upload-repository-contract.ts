import { expect } from 'chai'
import { newestFirst } from '../audio/audio-order.ts'
import { newAudioId, type AudioId, type UserId } from '../ids.ts'
import { SequentialIds } from '../in-memory/sequential-ids.ts'
import type { Repositories } from '../repositories.ts'
import type { UploadProgress } from '../uploads/upload-repository.ts'
import type { Upload, UploadPart } from '../uploads/upload.ts'
import { unlimited } from '../users/quota.ts'
import { anAudio, at, aUser } from './builders.ts'
import { countOf, race } from './race.ts'
import { aStoredUser } from './stored.ts'

const ids = new SequentialIds()

/** What every `UploadRepository` promises together with its `AudioRepository`. `make` gives a fresh, empty set. */
export function uploadRepositoryContract({ make }: { readonly make: () => Promise<Repositories> }): void {
  let repositories: Repositories
  let ownerId: UserId

  beforeEach(async () => {
    repositories = await make()
    ownerId = (await aStoredUser(repositories)).id
  })

  const anUpload = (overrides: Partial<Upload> = {}): Upload => ({
    id: anAudio().id,
    ownerId,
    lengthBytes: 5_000_000_000,
    offsetBytes: 0,
    fileName: 'song.mp3',
    title: 'A song',
    description: undefined,
    metadata: { filename: 'song.mp3', private: null },
    expectedSha256: ['ab'.repeat(32)],
    createdAt: at(0),
    expiresAt: at(3600),
    audioId: undefined,
    ...overrides,
  })

  const begin = async (overrides: Partial<Upload> = {}): Promise<Upload> => {
    const upload = anUpload(overrides)
    await repositories.audio.insertPending(upload, unlimited)
    expect(await repositories.uploads.insert(upload)).to.equal('inserted')
    return upload
  }

  const aPart = (offsetBytes: number, sizeBytes = 100): UploadPart => ({
    id: newAudioId(ids),
    offsetBytes,
    sizeBytes,
    sha256: 'cd'.repeat(32),
  })

  const append = (id: AudioId, part: UploadPart, progress: Partial<UploadProgress> = {}) =>
    repositories.uploads.append(id, part, { expiresAt: at(3600), ...progress })
  const find = (id: AudioId, now = at(1)) => repositories.uploads.find(id, ownerId, now)
  const tombstones = () => repositories.leftovers.claimTombstones(at(-1), 100, undefined)

  describe('insert', () => {
    it('keeps what is known of the upload', async () => {
      for (const lengthBytes of [5_000_000_000, Number.MAX_SAFE_INTEGER]) {
        const upload = await begin({ lengthBytes })
        expect(await find(upload.id)).to.deep.equal(upload)
      }
      const unnamed = { fileName: undefined, title: undefined, metadata: {} }
      const bare = await begin({ ...unnamed, lengthBytes: undefined, expectedSha256: [] })
      expect(await find(bare.id)).to.deep.equal(bare)
    })

    it('gives the metadata back as it came: in its order, and NULs too', async () => {
      const upload = await begin({ metadata: { note: '\0', filename: '\\u0000', a: null } })
      const found = await find(upload.id)
      expect(Object.entries(found?.metadata ?? {})).to.deep.equal(Object.entries(upload.metadata))
    })

    it('is refused where its pending audio is gone', async () => {
      expect(await repositories.uploads.insert(anUpload())).to.equal('not-pending')
      const upload = anUpload()
      await repositories.audio.insertPending(upload, unlimited)
      await repositories.users.remove(ownerId, at(1))
      expect(await repositories.uploads.insert(upload)).to.equal('not-pending')
    })
  })

  describe('find', () => {
    it("shows neither somebody else's nor what is over", async () => {
      const { id } = await begin({ expiresAt: at(100) })
      expect(await repositories.uploads.find(id, aUser().id, at(1))).to.equal(undefined)
      expect(await find(id, at(99))).to.not.equal(undefined)
      expect(await find(id, at(100))).to.equal(undefined)
      expect(await find(anAudio().id)).to.equal(undefined)
    })
  })

  describe('declareLength', () => {
    it('says it once', async () => {
      const { id } = await begin({ lengthBytes: undefined })
      expect(await repositories.uploads.declareLength(id, 700)).to.equal(true)
      expect(await find(id)).to.include({ lengthBytes: 700 })
      expect(await repositories.uploads.declareLength(id, 800)).to.equal(false)
      expect(await find(id)).to.include({ lengthBytes: 700 })
      expect(await repositories.uploads.declareLength(anAudio().id, 800)).to.equal(false)
    })
  })

  describe('append', () => {
    it('adds part after part and moves the expiry', async () => {
      const { id } = await begin()
      const parts = [aPart(0), aPart(100, 4_000_000_000)]
      for (const [index, part] of parts.entries())
        expect(await append(id, part, { expiresAt: at(5000 + index) })).to.equal('appended')
      expect(await repositories.uploads.listParts(id)).to.deep.equal(parts)
      expect(await repositories.uploads.countParts(id)).to.equal(2)
      expect(await find(id)).to.deep.include({ offsetBytes: 4_000_000_100, expiresAt: at(5001) })
    })

    it('says with a part how long the whole will be, once', async () => {
      const { id } = await begin({ lengthBytes: undefined })
      await append(id, aPart(0))
      expect(await find(id)).to.include({ lengthBytes: undefined, offsetBytes: 100 })
      expect(await append(id, aPart(100), { lengthBytes: 900 })).to.equal('appended')
      expect(await find(id)).to.include({ lengthBytes: 900, offsetBytes: 200 })
      expect(await append(id, aPart(200), { lengthBytes: 800 })).to.equal('conflict')
      expect(await find(id)).to.include({ lengthBytes: 900, offsetBytes: 200 })
      expect(await append(id, aPart(200), { lengthBytes: 900 })).to.equal('appended')
      expect(await append(id, aPart(300))).to.equal('appended')
      expect(await find(id)).to.include({ lengthBytes: 900, offsetBytes: 400 })
    })

    it('leaves no gap and overwrites nothing', async () => {
      const { id } = await begin()
      expect(await append(id, aPart(1))).to.equal('conflict')
      await append(id, aPart(0))
      expect(await append(id, aPart(0))).to.equal('conflict')
      expect(await append(id, aPart(99))).to.equal('conflict')
      expect(await repositories.uploads.countParts(id)).to.equal(1)
      expect(await append(anAudio().id, aPart(0))).to.equal('absent')
    })

    it('lets one win of those who race for the same place', async () => {
      const { id } = await begin()
      const outcomes = await race(8, () => append(id, aPart(0)))
      expect(countOf(outcomes, 'appended')).to.equal(1)
      expect(countOf(outcomes, 'conflict')).to.equal(7)
      expect(await find(id)).to.include({ offsetBytes: 100 })
    })

    it('makes the content of a part known to the sweep', async () => {
      const { id } = await begin()
      const part = aPart(0)
      await append(id, part)
      expect(await repositories.leftovers.known([part.id, anAudio().id])).to.deep.equal(new Set([part.id]))
    })
  })

  describe('touch', () => {
    it('moves the expiry and nothing else', async () => {
      const upload = await begin({ expiresAt: at(100) })
      const other = await begin({ expiresAt: at(100) })
      await repositories.uploads.touch(upload.id, at(200))
      await repositories.uploads.touch(anAudio().id, at(200))
      expect(await find(upload.id)).to.deep.equal({ ...upload, expiresAt: at(200) })
      expect(await find(other.id)).to.deep.equal(other)
      expect(await repositories.uploads.removeExpired(at(150))).to.equal(1)
      expect(await find(upload.id)).to.not.equal(undefined)
    })
  })

  describe('finish', () => {
    it('puts the audio in the place of the upload and buries the parts', async () => {
      const { id } = await begin()
      const parts = [aPart(0), aPart(100)]
      for (const part of parts) await append(id, part)
      const audio = anAudio({ ownerId })
      const finished = await repositories.uploads.finish(id, audio)
      expect(finished)
        .to.have.property('tombstones')
        .with.members(parts.map((part) => part.id))
      expect(await tombstones()).to.have.members(parts.map((part) => part.id))
      expect(await repositories.audio.find(audio.id)).to.deep.equal(audio)
      expect(await find(id)).to.include({ audioId: audio.id })
      expect(await repositories.uploads.listParts(id)).to.deep.equal([])
      expect(await repositories.leftovers.known([id])).to.deep.equal(new Set())
    })

    it('makes the only part the audio', async () => {
      const { id } = await begin()
      const part = aPart(0)
      await append(id, part)
      const audio = anAudio({ id: part.id, ownerId })
      expect(await repositories.uploads.finish(id, audio)).to.deep.equal({ tombstones: [] })
      expect(await repositories.audio.find(part.id)).to.deep.equal(audio)
      expect(await tombstones()).to.deep.equal([])
    })

    it('counts the audio in place of what was reserved', async () => {
      const { id } = await begin()
      await repositories.audio.reserve(id, { atLeastBytes: 900, atMostBytes: 900 }, unlimited)
      await append(id, aPart(0))
      const usage = async () => (await repositories.quotas.find(ownerId))?.usage
      expect(await usage()).to.include({ usedBytes: 0, usedFiles: 0, reservedBytes: 900, reservedFiles: 1 })
      await repositories.uploads.finish(
        id,
        anAudio({ ownerId, content: { sizeBytes: 100, sha256: 'ab'.repeat(32) } }),
      )
      expect(await usage()).to.include({ usedBytes: 100, usedFiles: 1, reservedBytes: 0, reservedFiles: 0 })
    })

    it('happens once, and nothing can be appended afterwards', async () => {
      const { id } = await begin()
      await append(id, aPart(0))
      const outcomes = await race(6, () => repositories.uploads.finish(id, anAudio({ ownerId })))
      expect(countOf(outcomes, 'conflict')).to.equal(5)
      expect(await append(id, aPart(100))).to.equal('conflict')
      const page = await repositories.audio.list(
        ownerId,
        { limit: 10, after: undefined },
        { order: newestFirst },
      )
      expect(page.items).to.have.length(1)
    })

    it('is forgotten together with its audio', async () => {
      const { id } = await begin()
      const audio = anAudio({ ownerId })
      await repositories.uploads.finish(id, audio)
      await repositories.audio.bury(audio.id, ownerId)
      expect(await find(id)).to.equal(undefined)
      expect(await repositories.uploads.finish(id, anAudio({ ownerId }))).to.equal('conflict')
    })
  })

  describe('remove', () => {
    it('buries all that has come and gives the room back', async () => {
      const { id } = await begin()
      await repositories.audio.reserve(id, { atLeastBytes: 900, atMostBytes: 900 }, unlimited)
      const part = aPart(0)
      await append(id, part)
      const removed = await repositories.uploads.remove(id, ownerId)
      expect(removed).to.have.property('tombstones').with.members([id, part.id])
      expect(await tombstones()).to.have.members([id, part.id])
      expect(await find(id)).to.equal(undefined)
      expect(await append(id, aPart(100))).to.equal('absent')
      expect((await repositories.quotas.find(ownerId))?.usage).to.include({
        reservedBytes: 0,
        reservedFiles: 0,
      })
    })

    it("takes neither somebody else's nor one that has become audio", async () => {
      const { id } = await begin()
      expect(await repositories.uploads.remove(id, aUser().id)).to.equal('absent')
      const audio = anAudio({ ownerId })
      await repositories.uploads.finish(id, audio)
      expect(await repositories.uploads.remove(id, ownerId)).to.equal('absent')
      expect(await repositories.audio.find(audio.id)).to.deep.equal(audio)
    })

    it('loses no part that is appended at the same moment', async () => {
      for (let round = 0; round < 10; round++) {
        const { id } = await begin()
        const part = aPart(0)
        const [appended, removed] = await Promise.all([
          append(id, part),
          repositories.uploads.remove(id, ownerId),
        ])
        const expected = appended === 'appended' ? [id, part.id] : [id]
        expect(removed).to.have.property('tombstones').with.members(expected)
      }
    })
  })

  describe('removeExpired', () => {
    it('gives up what is over, forgets what is finished, and leaves the rest', async () => {
      const over = await begin({ expiresAt: at(100) })
      const part = aPart(0)
      await append(over.id, part, { expiresAt: at(100) })
      const finished = await begin({ expiresAt: at(100) })
      const audio = anAudio({ ownerId })
      await repositories.uploads.finish(finished.id, audio)
      const open = await begin({ expiresAt: at(101) })
      expect(await repositories.uploads.removeExpired(at(100))).to.equal(1)
      expect(await tombstones()).to.have.members([over.id, part.id])
      expect(await find(over.id)).to.equal(undefined)
      expect(await find(finished.id)).to.equal(undefined)
      expect(await repositories.audio.find(audio.id)).to.deep.equal(audio)
      expect(await find(open.id)).to.deep.equal(open)
    })
  })

  describe('others', () => {
    it('keep their hands off: the sweep of old pending audio leaves open uploads alone', async () => {
      const { id } = await begin({ expiresAt: at(1e6) })
      expect(await repositories.leftovers.claimTombstones(at(1e5), 10, undefined)).to.deep.equal([])
      expect(await find(id)).to.not.equal(undefined)
    })

    it('take it away: a user who is removed takes the uploads along', async () => {
      const { id } = await begin()
      const part = aPart(0)
      await append(id, part)
      const audio = anAudio({ ownerId })
      await repositories.uploads.finish((await begin()).id, audio)
      const removed = await repositories.users.remove(ownerId, at(1))
      expect(removed).to.have.property('tombstones').with.members([id, part.id, audio.id])
      expect(await find(id)).to.equal(undefined)
      expect(await append(id, aPart(100))).to.equal('absent')
    })

    it('take it away: no part is lost that is appended while its user is removed', async () => {
      const { id } = await begin()
      const part = aPart(0)
      const [appended, removed] = await Promise.all([
        append(id, part),
        repositories.users.remove(ownerId, at(1)),
      ])
      expect(removed)
        .to.have.property('tombstones')
        .with.members(appended === 'appended' ? [id, part.id] : [id])
    })
  })
}
