import { expect } from 'chai'
import { defaultSweepAgeSeconds, SweepLeftovers } from '../audio/sweep-leftovers.ts'
import { StorageFull, StorageUnavailable, TooBusy } from '../errors.ts'
import { FairScheduler } from '../fair-scheduler.ts'
import type { AudioId, UserId } from '../ids.ts'
import {
  anAccount,
  aUser,
  errorOf,
  inMemoryAdapters,
  InMemoryAudioContentStore,
  inPieces,
  race,
  refusalOf,
  type Account,
  type InMemoryAdapters,
} from '../testing/index.ts'
import { song, SongUploads } from '../testing/song-uploads.ts'
import type { AppendToUploadDependencies } from './append-to-upload.ts'
import { BeginUpload, type BeginUploadDependencies } from './begin-upload.ts'
import { CancelUpload } from './cancel-upload.ts'
import { FindUpload } from './find-upload.ts'
import type { Upload } from './upload.ts'

describe('an upload in parts', () => {
  let adapters: InMemoryAdapters
  let account: Account
  let uploads: SongUploads

  beforeEach(async () => {
    adapters = inMemoryAdapters()
    account = await anAccount(adapters)
    uploads = new SongUploads(adapters, account)
  })

  const sweep = async (): Promise<void> => {
    const { sessions } = adapters
    await new SweepLeftovers({ ...adapters, sessions }).execute({ ageSeconds: defaultSweepAgeSeconds })
  }

  describe('and the quota', () => {
    it('takes its room when it begins and gives it back when it is cancelled', async () => {
      await adapters.quotas.change(account.user.id, { bytes: 150_000, files: 2 })
      const { id } = await uploads.begin()
      expect(await refusalOf(uploads.begin())).to.include({ code: 'quota_exceeded' })
      await new CancelUpload(adapters).execute({ actor: account.actor, id })
      await uploads.expectSong(await uploads.append((await uploads.begin()).id, { from: 0 }))
      expect((await adapters.quotas.find(account.user.id))?.usage).to.deep.equal({
        usedBytes: song.length,
        usedFiles: 1,
        reservedBytes: 0,
        reservedFiles: 0,
      })
    })

    it('holds against thirty that begin at once', async () => {
      await adapters.quotas.change(account.user.id, { bytes: 5 * song.length, files: undefined })
      const begun = await race(30, () => uploads.begin().catch(() => undefined))
      expect(begun.filter(Boolean)).to.have.length(5)
    })
  })

  describe('and the answers of a database that get lost while it begins', () => {
    const lost = new Error('the connection broke')
    const reserved = async () => (await adapters.quotas.find(account.user.id))?.usage.reservedFiles
    const audioWith = (
      changed: Partial<BeginUploadDependencies['audio']>,
    ): BeginUploadDependencies['audio'] => ({
      insertPending: (pending, defaults) => adapters.audio.insertPending(pending, defaults),
      reserve: (id, room, defaults) => adapters.audio.reserve(id, room, defaults),
      erase: (id) => adapters.audio.erase(id),
      ...changed,
    })
    const begin = (deps: Partial<BeginUploadDependencies>) =>
      new BeginUpload({ ...adapters, ...deps }).execute({ actor: account.actor, lengthBytes: 1000 })

    it('cost no room for longer than until they can be taken back: that of the row', async () => {
      const audio = audioWith({
        insertPending: async (pending, defaults) => {
          await adapters.audio.insertPending(pending, defaults)
          throw lost
        },
      })
      expect(await errorOf(begin({ audio }))).to.equal(lost)
      await adapters.retries.runAll()
      expect(await reserved()).to.equal(0)
    })

    it('cost no room for longer than until they can be taken back: all from the reservation on', async () => {
      let isAway = true
      const audio = audioWith({
        erase: (id) => (isAway ? Promise.reject(lost) : adapters.audio.erase(id)),
      })
      const uploads = {
        insert: async (upload: Upload) => {
          await adapters.uploads.insert(upload)
          throw lost
        },
      }
      expect(await errorOf(begin({ audio, uploads }))).to.equal(lost)
      expect(await reserved()).to.equal(1)
      isAway = false
      await adapters.retries.runAll()
      expect(await reserved()).to.equal(0)
      expect(adapters.incidents.all).to.deep.equal([])
    })
  })

  describe('and failures', () => {
    class FailingStore extends InMemoryAudioContentStore {
      failing: Error | undefined

      override async write(id: AudioId, source: AsyncIterable<Uint8Array>): Promise<void> {
        if (this.failing) throw this.failing
        await super.write(id, source)
      }
    }

    it('of the store leave what was stored before, and the client goes on', async () => {
      const contents = new FailingStore()
      const { id } = await uploads.begin()
      await uploads.append(id, { from: 0, to: 1000, deps: { contents } })
      contents.failing = new StorageFull()
      const refused = uploads.append(id, { from: 1000, to: 2000, deps: { contents } })
      expect(await refusalOf(refused)).to.include({ code: 'storage_full' })
      contents.failing = undefined
      const upload = await uploads.append(id, { from: 1000, deps: { contents } })
      expect(upload.audioId).to.not.equal(undefined)
    })

    it('while it becomes audio leave it whole, and whoever asks next makes audio of it', async () => {
      const contents = new FailingStore({ clock: adapters.clock })
      const { id } = await uploads.begin()
      await uploads.append(id, { from: 0, to: 50_000, deps: { contents } })
      const failingLater: AppendToUploadDependencies['uploads'] = {
        insert: (upload) => adapters.uploads.insert(upload),
        find: (...query) => adapters.uploads.find(...query),
        listParts: (...query) => adapters.uploads.listParts(...query),
        countParts: (...query) => adapters.uploads.countParts(...query),
        declareLength: (...query) => adapters.uploads.declareLength(...query),
        append: async (...part) => {
          contents.failing = new StorageUnavailable()
          return adapters.uploads.append(...part)
        },
        finish: (...audio) => adapters.uploads.finish(...audio),
        touch: (...touched) => adapters.uploads.touch(...touched),
        remove: (...upload) => adapters.uploads.remove(...upload),
        removeExpired: (now) => adapters.uploads.removeExpired(now),
      }
      const failed = uploads.append(id, { from: 50_000, deps: { contents, uploads: failingLater } })
      expect(await refusalOf(failed)).to.include({ code: 'storage_unavailable' })
      contents.failing = undefined
      const upload = await new FindUpload({ ...adapters, contents }).execute({ actor: account.actor, id })
      expect(upload.audioId).to.not.equal(undefined)
      expect(
        await new FindUpload({ ...adapters, contents }).execute({ actor: account.actor, id }),
      ).to.deep.equal(upload)
    })

    for (const partEnds of [[song.length], [50_000, song.length]])
      it(`keep the bytes of ${partEnds.length} parts if too many files wait to be probed`, async () => {
        const probe = { probe: () => Promise.reject(new TooBusy(5)) }
        const { id } = await uploads.begin()
        let from = 0
        for (const to of partEnds) {
          const append = uploads.append(id, { from, to, deps: { probe } })
          if (to === song.length) expect(await refusalOf(append)).to.include({ code: 'too_busy' })
          else await append
          from = to
        }
        expect(await uploads.storedIds()).to.have.length(partEnds.length)
        // The client repeats the last request at the offset that it learns from HEAD.
        await uploads.expectSong(await uploads.append(id, { from: song.length }))
      })

    it('join parts one user at a time, and keep them if too many wait', async () => {
      const joinScheduler = new FairScheduler<UserId>({ slots: 1, maxWaiting: 0, retryAfterSeconds: 5 })
      const { id } = await uploads.begin()
      await uploads.append(id, { from: 0, to: 50_000 })
      let release = (): void => undefined
      const holding = joinScheduler.run(aUser().id, () => new Promise<void>((resolve) => (release = resolve)))
      const refused = uploads.append(id, { from: 50_000, deps: { joinScheduler } })
      expect(await refusalOf(refused)).to.include({ code: 'too_busy' })
      expect(await uploads.storedIds()).to.have.length(2)
      release()
      await holding
      const again = uploads.append(id, { from: song.length, deps: { joinScheduler } })
      await uploads.expectSong(await again)
    })

    it('never make two audio of one, however many finish it at once', async () => {
      const { id } = await uploads.begin()
      await uploads.append(id, { from: 0, to: 50_000 })
      const stalled = { ...adapters, uploads: adapters.uploads }
      await uploads.append(id, { from: 50_000, to: 99_999 })
      const last = inPieces(song.subarray(99_999))
      const outcomes = await Promise.allSettled([
        uploads.append(id, { from: 99_999, content: last, deps: stalled }),
        ...Array.from({ length: 5 }, () => uploads.append(id, { from: 99_999 })),
      ])
      expect(outcomes.some(({ status }) => status === 'fulfilled')).to.equal(true)
      const found = await race(5, () => uploads.find(id))
      expect(new Set(found.map(({ audioId }) => audioId)).size).to.equal(1)
      await uploads.expectSong(await uploads.find(id))
    })

    it('of a part that nobody counts leave nothing: two who append at once', async () => {
      const { id } = await uploads.begin()
      const outcomes = await Promise.allSettled(
        Array.from({ length: 4 }, () => uploads.append(id, { from: 0, to: 1000 })),
      )
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).to.have.length(1)
      expect(await uploads.storedIds()).to.have.length(1)
      expect((await uploads.find(id)).offsetBytes).to.equal(1000)
    })
  })

  describe('and its parts, once it is audio or given up', () => {
    class SlowStore extends InMemoryAudioContentStore {
      removing = 0
      mostAtOnce = 0

      override async remove(id: AudioId): Promise<void> {
        this.mostAtOnce = Math.max(this.mostAtOnce, ++this.removing)
        await new Promise(setImmediate)
        await super.remove(id)
        this.removing--
      }
    }

    async function anUploadOfParts(count: number): Promise<{ id: AudioId; contents: SlowStore }> {
      const contents = new SlowStore({ clock: adapters.clock })
      adapters = { ...adapters, contents }
      uploads = new SongUploads(adapters, account)
      const { id } = await uploads.begin()
      for (let from = 0; from < count; from++) await uploads.append(id, { from, to: from + 1 })
      return { id, contents }
    }

    it('are removed several at once, but not all', async () => {
      const { id, contents } = await anUploadOfParts(30)
      await uploads.expectSong(await uploads.append(id, { from: 30 }))
      expect(contents.mostAtOnce).to.be.within(2, 16)
    })

    it('are removed several at once where it is cancelled', async () => {
      const { id, contents } = await anUploadOfParts(30)
      await new CancelUpload(adapters).execute({ actor: account.actor, id })
      expect(await uploads.storedIds()).to.deep.equal([])
      expect(contents.mostAtOnce).to.be.within(2, 16)
    })
  })

  describe('and time', () => {
    it('lives on while bytes come, however long the part takes that they are of', async () => {
      const { id } = await uploads.begin()
      async function* slow(): AsyncGenerator<Uint8Array> {
        for await (const piece of inPieces(song, 20_000)) {
          yield piece
          adapters.clock.advance(20 * 3600)
          await sweep()
        }
      }
      await uploads.expectSong(await uploads.append(id, { from: 0, content: slow(), isAtomic: true }))
    })

    it('lives on with every part, and is swept when its time is over', async () => {
      const { id } = await uploads.begin()
      adapters.clock.advance(20 * 3600)
      await uploads.append(id, { from: 0, to: 1000 })
      adapters.clock.advance(20 * 3600)
      await sweep()
      expect((await uploads.find(id)).offsetBytes).to.equal(1000)
      expect(await uploads.storedIds()).to.have.length(1)
      adapters.clock.advance(5 * 3600)
      expect(await refusalOf(uploads.find(id))).to.include({ code: 'upload_not_found' })
      await sweep()
      expect(await uploads.storedIds()).to.deep.equal([])
      expect((await adapters.quotas.find(account.user.id))?.usage).to.include({
        reservedFiles: 0,
        reservedBytes: 0,
      })
    })
  })
})
