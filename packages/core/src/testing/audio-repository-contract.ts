import { expect } from 'chai'
import { unlimited } from '../users/quota.ts'
import type { Audio } from '../audio/audio.ts'
import { newestFirst } from '../audio/audio-order.ts'
import type { UserId } from '../ids.ts'
import type { Repositories } from '../repositories.ts'
import { audioListContract } from './audio-list-contract.ts'
import { audioSearchContract } from './audio-search-contract.ts'
import { repeatedUploadContract } from './repeated-upload-contract.ts'
import { anAudio, at, aUser } from './builders.ts'
import { countOf, race } from './race.ts'
import { aPendingAudio, aStoredAudio, aStoredUser } from './stored.ts'

/** What every `AudioRepository` promises. `make` gives a fresh, empty set of repositories. */
export function audioRepositoryContract({ make }: { readonly make: () => Promise<Repositories> }): void {
  let repositories: Repositories
  let ownerId: UserId

  beforeEach(async () => {
    repositories = await make()
    ownerId = (await aStoredUser(repositories)).id
  })

  const list = async (): Promise<readonly Audio[]> => {
    const page = { limit: 100, after: undefined }
    return (await repositories.audio.list(ownerId, page, { order: newestFirst })).items
  }

  describe('insertPending and markReady', () => {
    it('shows a pending audio nowhere', async () => {
      const { id } = await aPendingAudio(repositories, { ownerId })
      expect(await repositories.audio.find(id)).to.equal(undefined)
      expect(await repositories.audio.update(id, ownerId, { title: 'Mine' }, at(60))).to.equal(undefined)
      expect(await repositories.audio.bury(id, ownerId)).to.equal(false)
      expect(await list()).to.deep.equal([])
    })

    it('shows a ready audio as it was given', async () => {
      const audio = await aStoredAudio(repositories, {
        ownerId,
        title: 'Ä "song" \\ of 💿',
        description: 'two\nlines',
        fileName: "ünïcode 'name'.flac",
        // Beyond 32 bits, as every long recording may be.
        content: { sizeBytes: 5_000_000_000, sha256: '0f'.repeat(32) },
        media: {
          ...anAudio().media,
          durationSeconds: 86_400.125,
          tags: { title: 'Ä', __proto: 'x' },
          hasCover: true,
          bitDepth: 24,
          lossless: true,
          replayGain: { trackGain: -7.25, trackPeak: 0.988547, albumGain: -51, albumPeak: 1.25 },
          r128Gain: { trackGain: 0, albumGain: -127.99609375, outputGain: 127.99609375 },
          musicBrainz: {
            recordingId: '0e4c9b1f-7c5c-4c0b-9d5a-1f6d2f3a4b5c',
            artistIds: ['11111111-2222-4333-8444-555555555555', '66666666-7777-4888-9999-000000000000'],
          },
          chapters: [
            { startSeconds: 0, endSeconds: 61.125, title: 'One "part"\u001f \\ 東京 💿' },
            { startSeconds: 61.125 },
          ],
        },
        updatedAt: at(5),
      })
      expect(await repositories.audio.find(audio.id)).to.deep.equal(audio)
      expect(await list()).to.deep.equal([audio])
    })

    it('stores the largest numbers that a probe reports', async () => {
      const audio = await aStoredAudio(repositories, {
        ownerId,
        content: { sizeBytes: Number.MAX_SAFE_INTEGER, sha256: '0f'.repeat(32) },
        media: {
          ...anAudio().media,
          durationSeconds: 366 * 24 * 3600,
          bitrate: 1_000_000_000,
          sampleRate: 10_000_000,
          channels: 255,
          bitDepth: 64,
        },
      })
      expect(await repositories.audio.find(audio.id)).to.deep.equal(audio)
      expect(await list()).to.deep.equal([audio])
      const usage = (await repositories.quotas.find(ownerId))?.usage
      expect(usage).to.include({ usedBytes: Number.MAX_SAFE_INTEGER, usedFiles: 1 })
    })

    it('keeps unknown what is not known of the media', async () => {
      const media = {
        ...anAudio().media,
        codec: undefined,
        durationSeconds: undefined,
        bitrate: undefined,
        sampleRate: undefined,
        channels: undefined,
        bitDepth: undefined,
        lossless: undefined,
      }
      const audio = await aStoredAudio(repositories, { ownerId, media })
      expect(await repositories.audio.find(audio.id)).to.deep.equal(audio)
    })

    it('begins no upload for an owner who is gone', async () => {
      const { id, createdAt } = anAudio()
      expect(
        await repositories.audio.insertPending({ id, ownerId: aUser().id, createdAt }, unlimited),
      ).to.equal('owner-absent')
    })

    it('finishes no upload that was never begun, is finished, erased or buried', async () => {
      const finished = await aStoredAudio(repositories, { ownerId })
      const erased = await aPendingAudio(repositories, { ownerId })
      await repositories.audio.erase(erased.id)
      const buried = await aStoredAudio(repositories, { ownerId })
      await repositories.audio.bury(buried.id, ownerId)
      for (const audio of [anAudio({ ownerId }), { ...finished, title: 'Other' }, erased, buried]) {
        expect(await repositories.audio.markReady(audio)).to.equal('not-pending')
      }
      expect(await list()).to.deep.equal([finished])
    })

    it('finishes no upload whose owner was removed meanwhile', async () => {
      const audio = await aPendingAudio(repositories, { ownerId })
      await repositories.users.remove(ownerId, at(60))
      expect(await repositories.audio.markReady(audio)).to.equal('not-pending')
      expect(await repositories.audio.find(audio.id)).to.equal(undefined)
    })

    it('finishes an upload for one of many racing callers', async () => {
      const audio = await aPendingAudio(repositories, { ownerId })
      const outcomes = await race(8, () => repositories.audio.markReady(audio))
      expect(countOf(outcomes, 'ready')).to.equal(1)
    })
  })

  describe('findMadeFor', () => {
    repeatedUploadContract({ make })
  })

  describe('update', () => {
    it('changes what is given and nothing else', async () => {
      const audio = await aStoredAudio(repositories, { ownerId, description: 'Old' })
      const renamed = { ...audio, title: 'New', updatedAt: at(60) }
      const update = (changes: { title?: string; description?: string }, seconds: number) =>
        repositories.audio.update(audio.id, ownerId, changes, at(seconds))
      expect(await update({ title: 'New' }, 60)).to.deep.equal(renamed)
      const described = { ...renamed, description: '', updatedAt: at(61) }
      expect(await update({ description: '' }, 61)).to.deep.equal(described)
      expect(await repositories.audio.find(audio.id)).to.deep.equal(described)
    })

    it('changes nothing of somebody else, and nothing that is not there', async () => {
      const audio = await aStoredAudio(repositories, { ownerId })
      const { id: stranger } = await aStoredUser(repositories)
      expect(await repositories.audio.update(audio.id, stranger, { title: 'Mine' }, at(60))).to.equal(
        undefined,
      )
      expect(await repositories.audio.update(anAudio().id, ownerId, { title: 'Mine' }, at(60))).to.equal(
        undefined,
      )
      expect(await repositories.audio.find(audio.id)).to.deep.equal(audio)
    })
  })

  describe('abandon', () => {
    it('removes an upload that is not ready, and does nothing where it is gone', async () => {
      const { id } = await aPendingAudio(repositories, { ownerId })
      for (let times = 0; times < 2; times++) {
        expect(await repositories.audio.abandon(id)).to.equal('abandoned')
        expect(await repositories.leftovers.known([id])).to.deep.equal(new Set())
      }
    })

    it('leaves what is ready', async () => {
      const audio = await aStoredAudio(repositories, { ownerId })
      expect(await repositories.audio.abandon(audio.id)).to.equal('ready')
      expect(await repositories.audio.find(audio.id)).to.deep.equal(audio)
    })

    it('removes what was deleted meanwhile', async () => {
      const { id } = await aStoredAudio(repositories, { ownerId })
      await repositories.audio.bury(id, ownerId)
      expect(await repositories.audio.abandon(id)).to.equal('abandoned')
      expect(await repositories.leftovers.known([id])).to.deep.equal(new Set())
    })

    it('agrees with a commit that races it', async () => {
      for (let round = 0; round < 8; round++) {
        const audio = await aPendingAudio(repositories, { ownerId })
        const [marked, abandoned] = await Promise.all([
          repositories.audio.markReady(audio),
          repositories.audio.abandon(audio.id),
        ])
        expect(abandoned).to.equal(marked === 'ready' ? 'ready' : 'abandoned')
        expect(await repositories.audio.find(audio.id)).to.deep.equal(marked === 'ready' ? audio : undefined)
      }
    })
  })

  describe('bury and erase', () => {
    it('hides an audio for good', async () => {
      const { id } = await aStoredAudio(repositories, { ownerId })
      expect(await repositories.audio.bury(id, ownerId)).to.equal(true)
      expect(await repositories.audio.find(id)).to.equal(undefined)
      expect(await repositories.audio.update(id, ownerId, { title: 'Back' }, at(60))).to.equal(undefined)
      expect(await list()).to.deep.equal([])
    })

    it('buries for one of many racing callers', async () => {
      const { id } = await aStoredAudio(repositories, { ownerId })
      const outcomes = await race(10, () => repositories.audio.bury(id, ownerId))
      expect(countOf(outcomes, true)).to.equal(1)
    })

    it('stays buried, whichever way a deletion and changes race', async () => {
      const { id } = await aStoredAudio(repositories, { ownerId })
      await Promise.all([
        repositories.audio.update(id, ownerId, { title: 'Back' }, at(60)),
        repositories.audio.bury(id, ownerId),
        repositories.audio.update(id, ownerId, { title: 'Back' }, at(60)),
      ])
      expect(await repositories.audio.find(id)).to.equal(undefined)
    })

    it('buries nothing of somebody else, and nothing that is not there', async () => {
      const audio = await aStoredAudio(repositories, { ownerId })
      const { id: stranger } = await aStoredUser(repositories)
      expect(await repositories.audio.bury(audio.id, stranger)).to.equal(false)
      expect(await repositories.audio.bury(anAudio().id, ownerId)).to.equal(false)
      expect(await repositories.audio.find(audio.id)).to.deep.equal(audio)
    })

    it('erases a row in any state, and does nothing where it is gone', async () => {
      const pending = await aPendingAudio(repositories, { ownerId })
      const ready = await aStoredAudio(repositories, { ownerId })
      const buried = await aStoredAudio(repositories, { ownerId })
      await repositories.audio.bury(buried.id, ownerId)
      const ids = [pending.id, ready.id, buried.id]
      for (const id of [...ids, ...ids, anAudio().id]) await repositories.audio.erase(id)
      expect(await repositories.leftovers.known(ids)).to.deep.equal(new Set())
    })
  })

  describe('list', () => {
    audioListContract({ make })
  })

  describe('search', () => {
    audioSearchContract({ make })
  })
}
