import { expect } from 'chai'
import { FairScheduler } from '../fair-scheduler.ts'
import type { AudioId, UserId } from '../ids.ts'
import {
  anAccount,
  inMemoryAdapters,
  inPieces,
  InMemoryAudioContentStore,
  race,
  refusalOf,
  type Account,
  type InMemoryAdapters,
} from '../testing/index.ts'
import { song, SongUploads } from '../testing/song-uploads.ts'
import { DeleteAudio } from '../audio/delete-audio.ts'

describe('an upload whose stored parts are not what was stored', () => {
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

  async function change(id: AudioId | undefined, altered: (bytes: Buffer) => Buffer): Promise<void> {
    if (id === undefined) throw new Error('No such part')
    const stored = await adapters.contents.open(id)
    const bytes = Buffer.concat((await stored?.toArray()) as Buffer[])
    await adapters.contents.remove(id)
    await adapters.contents.write(id, inPieces(altered(bytes)))
  }

  const flipped = (position: number) => (bytes: Buffer) => {
    const copy = Buffer.from(bytes)
    copy[position] = (copy[position] ?? 0) ^ 1
    return copy
  }

  async function expectGone(id: AudioId): Promise<void> {
    expect(await refusalOf(uploads.find(id))).to.include({ code: 'upload_not_found' })
    expect(await uploads.storedIds()).to.deep.equal([])
    expect(await adapters.leftovers.isEmpty()).to.equal(true)
    // Begun anew it works.
    await uploads.expectSong(await uploads.append((await uploads.begin()).id, { from: 0 }))
  }

  const expectIncident = (kind: 'content_missing' | 'content_damaged', id: AudioId): void => {
    expect(adapters.incidents.all.map(({ kind, audioId }) => ({ kind, audioId }))).to.deep.equal([
      { kind, audioId: id },
    ])
  }

  const damages: Readonly<Record<string, (bytes: Buffer) => Buffer>> = {
    'a bit that flipped': flipped(1000),
    // What the sniffer would call no audio, and blame the client for.
    'a bit that flipped in its first bytes': flipped(0),
    'a part that is too short': (bytes) => bytes.subarray(1),
    'a part that is too long': (bytes) => Buffer.concat([bytes, bytes]),
  }
  for (const [what, altered] of Object.entries(damages)) {
    it(`never becomes audio: ${what}`, async () => {
      const { id } = await uploads.begin()
      await uploads.append(id, { from: 0, to: 40_000 })
      const [first] = await partsOf(id)
      await change(first, altered)
      expect(await refusalOf(uploads.append(id, { from: 40_000 }))).to.include({ code: 'upload_damaged' })
      expectIncident('content_damaged', id)
      await expectGone(id)
    })
  }

  it('is given up where a part is missing, so that the client can begin anew', async () => {
    const { id } = await uploads.begin()
    for (const from of [0, 30_000]) await uploads.append(id, { from, to: from + 30_000 })
    const [, second] = await partsOf(id)
    if (second) await adapters.contents.remove(second)
    expect(await refusalOf(uploads.append(id, { from: 60_000 }))).to.include({ code: 'upload_damaged' })
    expectIncident('content_missing', id)
    await expectGone(id)
  })

  describe('and that came in one part and becomes audio later', () => {
    const wholeInOnePart = async (): Promise<AudioId> => {
      const { id } = await uploads.begin({ lengthBytes: undefined })
      await uploads.append(id, { from: 0 })
      return id
    }
    const finish = (id: AudioId) => uploads.append(id, { from: song.length, lengthBytes: song.length })

    it('never does: a bit that flipped', async () => {
      const id = await wholeInOnePart()
      await change((await partsOf(id))[0], flipped(70_000))
      expect(await refusalOf(finish(id))).to.include({ code: 'upload_damaged' })
      expectIncident('content_damaged', id)
      await expectGone(id)
    })

    it('is given up where it is missing', async () => {
      const id = await wholeInOnePart()
      const [only] = await partsOf(id)
      if (only) await adapters.contents.remove(only)
      expect(await refusalOf(finish(id))).to.include({ code: 'upload_damaged' })
      expectIncident('content_missing', id)
      await expectGone(id)
    })
  })

  it('is no damage where another request made audio of it meanwhile and took the parts away', async () => {
    class OvertakenStore extends InMemoryAudioContentStore {
      isOvertaken = false

      override async open(...content: Parameters<InMemoryAudioContentStore['open']>) {
        if (this.isOvertaken) {
          this.isOvertaken = false
          await otherNode.find(upload.id)
        }
        return super.open(...content)
      }
    }
    const contents = new OvertakenStore({ clock: adapters.clock })
    adapters = { ...adapters, contents }
    uploads = new SongUploads(adapters, account)
    const joinScheduler = new FairScheduler<UserId>({ slots: 1, maxWaiting: 0, retryAfterSeconds: 5 })
    const otherNode = new SongUploads({ ...adapters, joinScheduler }, account)
    const upload = await uploads.begin()
    await uploads.append(upload.id, { from: 0, to: 40_000 })
    contents.isOvertaken = true
    const finished = await uploads.append(upload.id, { from: 40_000 })
    expect(adapters.incidents.all).to.deep.equal([])
    await uploads.expectSong(finished)
    await new DeleteAudio(adapters).execute({ actor: account.actor, id: finished.audioId ?? upload.id })
    expect(await uploads.storedIds()).to.deep.equal([])
  })

  it('tells of its damage once, however many ask at once', async () => {
    const { id } = await uploads.begin({ lengthBytes: undefined })
    await uploads.append(id, { from: 0, to: 50_000 })
    await uploads.append(id, { from: 50_000 })
    await change((await partsOf(id))[1], flipped(9))
    await adapters.uploads.declareLength(id, song.length)
    const codes = await race(5, async () => (await refusalOf(uploads.find(id))).code)
    expect(codes.filter((code) => code === 'upload_damaged')).to.have.length(1)
    expect(codes.filter((code) => code === 'upload_not_found')).to.have.length(4)
    expectIncident('content_damaged', id)
    await expectGone(id)
  })
})
