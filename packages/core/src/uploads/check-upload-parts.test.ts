import { expect } from 'chai'
import { StorageFull, StorageUnavailable } from '../errors.ts'
import { newAudioId, type AudioId } from '../ids.ts'
import { unlimited } from '../users/quota.ts'
import {
  anAccount,
  anAudio,
  errorOf,
  inMemoryAdapters,
  inPieces,
  refusalOf,
  someBytes,
  type Account,
  type InMemoryAdapters,
} from '../testing/index.ts'
import { SongUploads } from '../testing/song-uploads.ts'
import { CancelUpload } from './cancel-upload.ts'
import {
  CheckUploadParts,
  type CheckUploadPartsDependencies,
  type CheckUploadPartsInput,
  type UploadFinding,
} from './check-upload-parts.ts'
import { GiveUpDamagedUpload } from './give-up-damaged-upload.ts'

describe('parts of open uploads whose bytes are not in the store', () => {
  let adapters: InMemoryAdapters
  let account: Account
  let uploads: SongUploads

  beforeEach(async () => {
    adapters = inMemoryAdapters()
    account = await anAccount(adapters)
    uploads = new SongUploads(adapters, account)
  })

  const partsOf = async (id: AudioId): Promise<readonly AudioId[]> =>
    (await adapters.uploads.listParts(id)).map((part) => part.id)

  /** Open, with parts of 20,000 bytes. */
  const anUpload = async (parts = 3): Promise<AudioId> => {
    const { id } = await uploads.begin()
    for (let part = 0; part < parts; part++)
      await uploads.append(id, { from: part * 20_000, to: (part + 1) * 20_000 })
    return id
  }

  /** Takes the bytes of a part away, or puts so many others in their place. */
  const replace = async (upload: AudioId, part: number, sizeBytes = 0): Promise<void> => {
    const id = (await partsOf(upload))[part] ?? upload
    await adapters.contents.remove(id)
    if (sizeBytes > 0) await adapters.contents.write(id, inPieces(someBytes(sizeBytes)))
  }

  const findings = async (
    deps: Partial<CheckUploadPartsDependencies> = {},
    input: CheckUploadPartsInput = {},
  ): Promise<UploadFinding[]> => {
    const found: UploadFinding[] = []
    for await (const finding of new CheckUploadParts({ ...adapters, ...deps }).execute(input))
      found.push(finding)
    return found
  }

  const described = (found: readonly UploadFinding[]) =>
    found.map(({ id, ownerId, parts }) => {
      expect(ownerId).to.equal(account.user.id)
      return [id, parts.map((part) => [part.offsetBytes, part.found])]
    })

  /** Does so once, while the store is being asked. */
  const interruptedBy = (work: () => Promise<unknown>): CheckUploadPartsDependencies['contents'] => {
    let isDone = false
    return {
      stat: async (id) => {
        if (!isDone) {
          isDone = true
          await work()
        }
        return adapters.contents.stat(id)
      },
      open: (id) => adapters.contents.open(id),
      check: () => adapters.contents.check(),
    }
  }

  const brokenAt = (part: AudioId, check: () => Promise<void>): CheckUploadPartsDependencies['contents'] => ({
    stat: async (id) => {
      if (id === part) throw new StorageUnavailable()
      return adapters.contents.stat(id)
    },
    open: (id) => adapters.contents.open(id),
    check,
  })

  describe('CheckUploadParts', () => {
    it('finds nothing where each part has its size', async () => {
      await anUpload()
      await anUpload(0)
      expect(await findings()).to.deep.equal([])
    })

    it('finds, upload by upload, what is missing, too short or too long, and changes nothing', async () => {
      const [first, second] = [await anUpload(), await anUpload()]
      await anUpload()
      await replace(first, 0)
      await replace(first, 2, 19_999)
      await replace(second, 1, 20_001)
      const ofFirst = [
        [0, 'missing'],
        [40_000, 'short'],
      ]
      const expected = [
        [first, ofFirst],
        [second, [[20_000, 'corrupt']]],
      ]
      expect(described(await findings())).to.deep.equal(expected)
      expect(described(await findings())).to.deep.equal(expected)
      expect(await uploads.find(first)).to.include({ offsetBytes: 60_000 })
    })

    it('tells which content it is', async () => {
      const id = await anUpload()
      await replace(id, 1)
      const [finding] = await findings()
      const [, part] = await adapters.uploads.listParts(id)
      expect(finding?.parts).to.deep.equal([
        { ...part, uploadId: id, ownerId: account.user.id, found: 'missing' },
      ])
    })

    it('takes nothing for a finding that becomes audio while it is looked at', async () => {
      const id = await anUpload()
      const contents = interruptedBy(() => uploads.append(id, { from: 60_000 }))
      expect(await findings({ contents })).to.deep.equal([])
      await uploads.expectSong(await uploads.find(id))
    })

    it('takes nothing for a finding that is cancelled while it is looked at', async () => {
      const id = await anUpload()
      const { actor } = account
      const contents = interruptedBy(() => new CancelUpload(adapters).execute({ actor, id }))
      expect(await findings({ contents })).to.deep.equal([])
    })

    it('takes nothing for a finding that expires while it is looked at', async () => {
      const id = await anUpload()
      await replace(id, 0)
      const contents = interruptedBy(async () => {
        adapters.clock.advance(adapters.uploadExpirySeconds)
      })
      expect(await findings({ contents })).to.deep.equal([])
      expect(await findings()).to.deep.equal([])
    })

    it('tells a part that cannot be asked for from a store that cannot', async () => {
      const id = await anUpload()
      const [, part = id] = await partsOf(id)
      const there = brokenAt(part, async () => undefined)
      const full = brokenAt(part, () => Promise.reject(new StorageFull()))
      for (const contents of [there, full])
        expect(described(await findings({ contents }))).to.deep.equal([[id, [[20_000, 'unreadable']]]])
      const away = brokenAt(part, () => Promise.reject(new StorageUnavailable()))
      expect(await errorOf(findings({ contents: away }))).to.be.instanceOf(StorageUnavailable)
    })

    it('works through more than one page, tells how far it is, and stops where it is told to', async () => {
      const [first, second] = [await manyParts(500), await manyParts(30)]
      const seen: number[] = []
      const found = await findings({}, { onProgress: (parts) => seen.push(parts) })
      expect(found.map(({ id, parts }) => [id, parts.length])).to.deep.equal([
        [first, 500],
        [second, 30],
      ])
      expect([seen[0], seen.at(-1)]).to.deep.equal([16, 530])
      const stop = AbortSignal.abort()
      expect(await errorOf(findings({}, { signal: stop }))).to.have.property('name', 'AbortError')
    })

    /** Of one byte each, none of which the store has. */
    async function manyParts(count: number): Promise<AudioId> {
      const { id, expiresAt } = await uploads.begin()
      for (let offsetBytes = 0; offsetBytes < count; offsetBytes++) {
        const part = { id: newAudioId(adapters.ids), offsetBytes, sizeBytes: 1, sha256: 'ab'.repeat(32) }
        await adapters.uploads.append(id, part, { expiresAt })
      }
      return id
    }
  })

  describe('GiveUpDamagedUpload', () => {
    const giveUp = (finding: UploadFinding | undefined) => {
      if (!finding) throw new Error('Nothing was found')
      return new GiveUpDamagedUpload(adapters).execute(finding)
    }

    for (const [what, sizeBytes, kind, found] of [
      ['missing', 0, 'content_missing', 'missing'],
      ['of another size', 7, 'content_damaged', 'corrupt'],
    ] as const) {
      it(`removes all of an upload with a part that is ${what}, and tells the operator once`, async () => {
        const id = await anUpload()
        await replace(id, 1, sizeBytes)
        const [finding] = await findings()
        expect(await giveUp(finding)).to.equal('discarded')
        expect(await giveUp(finding)).to.equal('absent')
        expect(adapters.incidents.all.map(({ kind, audioId }) => ({ kind, audioId }))).to.deep.equal([
          { kind, audioId: id },
        ])
        const [incident] = adapters.incidents.all
        expect(incident?.cause).to.include({ code: 'upload_damaged', found, partId: finding?.parts[0]?.id })
        expect(await refusalOf(uploads.find(id))).to.include({ code: 'upload_not_found' })
        expect(await uploads.storedIds()).to.deep.equal([])
        expect(await adapters.leftovers.isEmpty()).to.equal(true)
      })
    }

    it('keeps all where the store has none of the contents that it should have: it is another one', async () => {
      const audio = anAudio({ ownerId: account.user.id })
      await adapters.audio.insertPending(audio, unlimited)
      await adapters.audio.markReady(audio)
      const id = await anUpload()
      await replace(id, 1)
      const [finding] = await findings()
      expect(await giveUp(finding)).to.equal('kept')
      await adapters.contents.write(audio.id, inPieces(someBytes(10)))
      expect(await giveUp(finding)).to.equal('discarded')
    })

    it('keeps what cannot be read: it may yet be whole', async () => {
      const id = await anUpload()
      const [part = id] = await partsOf(id)
      const [finding] = await findings({ contents: brokenAt(part, async () => undefined) })
      expect(await giveUp(finding)).to.equal('kept')
      expect(await uploads.find(id)).to.include({ offsetBytes: 60_000 })
      expect(adapters.incidents.all).to.deep.equal([])
    })

    it('leaves alone what has become audio since it was found', async () => {
      const id = await anUpload()
      await replace(id, 0)
      const [finding] = await findings()
      const audio = anAudio({ ownerId: account.user.id })
      await adapters.uploads.finish(id, audio)
      await adapters.contents.write(audio.id, inPieces(someBytes(10)))
      expect(await giveUp(finding)).to.equal('absent')
      expect(adapters.incidents.all).to.deep.equal([])
    })
  })
})
