import { expect } from 'chai'
import { UploadInterrupted } from '../errors.ts'
import {
  anAccount,
  errorOf,
  inMemoryAdapters,
  inPieces,
  issuesOf,
  refusalOf,
  someBytes,
  type Account,
  type InMemoryAdapters,
} from '../testing/index.ts'
import { breaking, song, SongUploads } from '../testing/song-uploads.ts'
import { AppendToUpload } from './append-to-upload.ts'
import { CancelUpload } from './cancel-upload.ts'

describe('an upload in parts', () => {
  let adapters: InMemoryAdapters
  let account: Account
  let uploads: SongUploads

  beforeEach(async () => {
    adapters = inMemoryAdapters()
    account = await anAccount(adapters)
    uploads = new SongUploads(adapters, account)
  })

  it('that comes in one is stored once', async () => {
    const { id } = await uploads.begin()
    const upload = await uploads.append(id, { from: 0 })
    expect(upload).to.include({ offsetBytes: song.length })
    await uploads.expectSong(upload)
  })

  it('that comes in many is joined, and its parts are gone', async () => {
    const { id } = await uploads.begin()
    for (let from = 0; from < song.length; from += 9999) {
      const to = Math.min(song.length, from + 9999)
      const upload = await uploads.append(id, { from, to })
      expect(upload.offsetBytes).to.equal(to)
      expect(upload.audioId === undefined).to.equal(to < song.length)
    }
    await uploads.expectSong(await uploads.find(id))
    expect(await adapters.leftovers.claimTombstones(adapters.clock.now(), 10, undefined)).to.deep.equal([])
    expect(adapters.incidents.all).to.deep.equal([])
  })

  it('keeps what had come where the sender breaks off, and goes on there', async () => {
    const { id } = await uploads.begin()
    const content = breaking(song.subarray(0, 12_345), new UploadInterrupted())
    expect(await errorOf(uploads.append(id, { from: 0, content }))).to.be.instanceOf(UploadInterrupted)
    expect((await uploads.find(id)).offsetBytes).to.equal(12_345)
    await uploads.expectSong(await uploads.append(id, { from: 12_345 }))
  })

  it('takes a name with NULs, which no database does', async () => {
    const { id, fileName } = await uploads.begin({ fileName: 'so\0ng.mp3' })
    expect(fileName).to.equal('song.mp3')
    await uploads.expectSong(await uploads.append(id, { from: 0 }))
  })

  it('keeps less than the sniffer needs, and decides later', async () => {
    const { id } = await uploads.begin()
    for (let from = 0; from < 10; from++) await uploads.append(id, { from, to: from + 1 })
    await uploads.expectSong(await uploads.append(id, { from: 10 }))
  })

  it('is cut into parts in the middle of one body, so that a crash loses little', async () => {
    const { id } = await uploads.begin()
    const partLimits = { milliseconds: 0, leastBytes: 30_000 }
    const seen: number[] = []
    async function* watched(): AsyncGenerator<Uint8Array> {
      for await (const piece of inPieces(song)) {
        yield piece
        seen.push((await adapters.uploads.find(id, account.user.id, adapters.clock.now()))?.offsetBytes ?? -1)
      }
    }
    const upload = await uploads.append(id, { from: 0, content: watched(), partLimits })
    expect([...new Set(seen)]).to.deep.equal([0, 30_000, 60_000, 90_000])
    await uploads.expectSong(upload)
  })

  it('all of a body or nothing, where its checksum covers it', async () => {
    const { id } = await uploads.begin()
    const content = breaking(song.subarray(0, 50_000), new UploadInterrupted())
    const partLimits = { milliseconds: 0, leastBytes: 1 }
    const failed = errorOf(uploads.append(id, { from: 0, content, isAtomic: true, partLimits }))
    expect(await failed).to.be.instanceOf(UploadInterrupted)
    expect((await uploads.find(id)).offsetBytes).to.equal(0)
    expect(await uploads.storedIds()).to.deep.equal([])
  })

  describe('refuses', () => {
    it('what does not follow on what is stored', async () => {
      const { id } = await uploads.begin()
      expect(await refusalOf(uploads.append(id, { from: 1 }))).to.include({ code: 'upload_offset_conflict' })
      await uploads.append(id, { from: 0, to: 100 })
      expect(await refusalOf(uploads.append(id, { from: 0 }))).to.include({ code: 'upload_offset_conflict' })
      expect((await uploads.find(id)).offsetBytes).to.equal(100)
      expect(await uploads.storedIds()).to.have.length(1)
    })

    it("somebody else's, and what there is not", async () => {
      const { id } = await uploads.begin()
      const other = await anAccount(adapters)
      const { actor } = other
      expect(await refusalOf(uploads.find(id, other))).to.include({ code: 'upload_not_found' })
      const cancel = new CancelUpload(adapters).execute({ actor, id })
      expect(await refusalOf(cancel)).to.include({ code: 'upload_not_found' })
      const content = inPieces(song)
      const appended = new AppendToUpload(adapters).execute({ actor, id, offsetBytes: 0, content })
      expect(await refusalOf(appended)).to.include({ code: 'upload_not_found' })
    })

    it('an empty one, one beyond the limit, and a title that will not do', async () => {
      expect(await refusalOf(uploads.begin({ lengthBytes: 0 }))).to.include({ code: 'not_audio' })
      const lengthBytes = adapters.maxUploadBytes + 1
      expect(await refusalOf(uploads.begin({ lengthBytes }))).to.include({ code: 'content_too_large' })
      expect(await issuesOf(uploads.begin({ title: 'x'.repeat(201) }))).to.deep.equal(['/title: too_long'])
      expect(await adapters.leftovers.isEmpty()).to.equal(true)
    })

    it('more than was announced, and keeps what it had', async () => {
      const { id } = await uploads.begin({ lengthBytes: 50_000 })
      await uploads.append(id, { from: 0, to: 20_000 })
      expect(await refusalOf(uploads.append(id, { from: 20_000, to: 50_001 }))).to.include({
        code: 'upload_length_exceeded',
        lengthBytes: 50_000,
      })
      expect((await uploads.find(id)).offsetBytes).to.equal(20_000)
      expect((await uploads.append(id, { from: 20_000, to: 50_000 })).audioId).to.not.equal(undefined)
    })

    it('what is no audio at its first bytes, and forgets it', async () => {
      const { id } = await uploads.begin()
      const content = inPieces(someBytes(10_000))
      expect(await refusalOf(uploads.append(id, { from: 0, content }))).to.include({ code: 'not_audio' })
      expect(await refusalOf(uploads.find(id))).to.include({ code: 'upload_not_found' })
      expect(await uploads.storedIds()).to.deep.equal([])
      expect((await adapters.quotas.find(account.user.id))?.usage).to.include({ reservedFiles: 0 })
    })

    for (const count of [1, 3]) {
      it(`bytes of another digest, in ${count.toString()}, and forgets them`, async () => {
        const { id } = await uploads.begin({ expectedSha256: ['00'.repeat(32)] })
        const size = Math.ceil(song.length / count)
        for (let part = 0; part < count - 1; part++)
          await uploads.append(id, { from: part * size, to: (part + 1) * size })
        const last = uploads.append(id, { from: (count - 1) * size })
        expect(await refusalOf(last)).to.include({ code: 'digest_mismatch' })
        expect(await refusalOf(uploads.find(id))).to.include({ code: 'upload_not_found' })
        expect(await uploads.storedIds()).to.deep.equal([])
      })
    }

    it('a truncated file, and forgets it', async () => {
      const bytes = Buffer.from(`ID3<truncated>${'.'.repeat(10_000)}`)
      const { id } = await uploads.begin({ lengthBytes: bytes.length })
      expect(await refusalOf(uploads.append(id, { from: 0, content: inPieces(bytes) }))).to.include({
        code: 'not_audio',
      })
      expect(await uploads.storedIds()).to.deep.equal([])
    })
  })

  describe('of a length that is told later', () => {
    it('ends when it is told', async () => {
      const { id } = await uploads.begin({ lengthBytes: undefined })
      expect((await uploads.append(id, { from: 0, to: 40_000 })).audioId).to.equal(undefined)
      await uploads.expectSong(await uploads.append(id, { from: 40_000, lengthBytes: song.length }))
    })

    it('ends when it is told after the last byte', async () => {
      const { id } = await uploads.begin({ lengthBytes: undefined })
      await uploads.append(id, { from: 0 })
      await uploads.expectSong(await uploads.append(id, { from: song.length, lengthBytes: song.length }))
    })

    it('is told with a body that nothing came of: then it is not told', async () => {
      const { id } = await uploads.begin({ lengthBytes: undefined })
      const content = breaking(song.subarray(0, 500), new UploadInterrupted())
      const failed = uploads.append(id, { from: 0, content, lengthBytes: 999, isAtomic: true })
      expect(await errorOf(failed)).to.be.instanceOf(UploadInterrupted)
      expect(await uploads.find(id)).to.include({ lengthBytes: undefined, offsetBytes: 0 })
      await uploads.expectSong(await uploads.append(id, { from: 0, lengthBytes: song.length }))
    })

    it('is told with an empty body', async () => {
      const { id } = await uploads.begin({ lengthBytes: undefined })
      await uploads.append(id, { from: 0, to: 500 })
      const upload = await uploads.append(id, { from: 500, to: 500, lengthBytes: song.length })
      expect(upload).to.include({ lengthBytes: song.length, offsetBytes: 500 })
      await uploads.expectSong(await uploads.append(id, { from: 500 }))
    })

    it('is told once; again only the same', async () => {
      const { id } = await uploads.begin({ lengthBytes: undefined })
      await uploads.append(id, { from: 0, to: 500, lengthBytes: song.length })
      const other = uploads.append(id, { from: 500, lengthBytes: song.length + 1 })
      expect(await issuesOf(other)).to.deep.equal(['/length: already_known'])
      await uploads.expectSong(await uploads.append(id, { from: 500, lengthBytes: song.length }))
    })

    it('cannot be shorter than it is', async () => {
      const { id } = await uploads.begin({ lengthBytes: undefined })
      await uploads.append(id, { from: 0, to: 500 })
      const shorter = uploads.append(id, { from: 500, lengthBytes: 499 })
      expect(await issuesOf(shorter)).to.deep.equal(['/length: below_offset'])
      expect((await uploads.find(id)).offsetBytes).to.equal(500)
    })

    it('never passes the limit nor the quota', async () => {
      const { id } = await uploads.begin({ lengthBytes: undefined })
      const long = inPieces(Buffer.concat([song, Buffer.alloc(adapters.maxUploadBytes)]), 65_536)
      expect(await refusalOf(uploads.append(id, { from: 0, content: long }))).to.include({
        code: 'content_too_large',
      })
      const other = await uploads.begin({ lengthBytes: undefined })
      await adapters.quotas.change(account.user.id, { bytes: 50_000, files: undefined })
      expect(await refusalOf(uploads.append(other.id, { from: 0 }))).to.include({ code: 'quota_exceeded' })
      expect(await uploads.storedIds()).to.deep.equal([])
    })
  })
})
