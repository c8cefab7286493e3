import { expect } from 'chai'
import { anAccount, inMemoryAdapters, inPieces, refusalOf, type InMemoryAdapters } from '../testing/index.ts'
import { song, SongUploads } from '../testing/song-uploads.ts'
import type { Upload } from './upload.ts'

describe('an upload in parts that is begun by several attempts of one request', () => {
  const begunFor = { id: 'the request', since: new Date(0) }
  let adapters: InMemoryAdapters
  let uploads: SongUploads

  beforeEach(async () => {
    adapters = inMemoryAdapters()
    uploads = new SongUploads(adapters, await anAccount(adapters))
  })

  const begin = (changes = {}): Promise<Upload> => uploads.begin({ begunFor, ...changes })
  const sendAgain = ({ id }: Upload, content = song): Promise<Upload> =>
    uploads.append(id, { from: 0, content: inPieces(content), mayBeStored: true })

  it('is opened once, and goes on where the first one stopped', async () => {
    const first = await begin()
    expect(first).to.include({ isAgain: false })
    expect(await begin()).to.deep.equal({ ...first, isAgain: true })
    await uploads.append(first.id, { from: 0, to: 1000 })
    await uploads.append(first.id, { from: 1000, to: 50_001 })
    const again = await begin()
    expect(again).to.include({ id: first.id, offsetBytes: 50_001 })
    await uploads.expectSong(await sendAgain(again))
  })

  it('is told of its audio, by the same bytes only', async () => {
    const { id } = await begin()
    const finished = await uploads.append(id, { from: 0 })
    const again = await begin()
    expect(again).to.deep.equal({ ...finished, isAgain: true })
    expect(await sendAgain(again)).to.deep.equal(finished)
    const others = [song.subarray(1), song.subarray(0, -1), Buffer.concat([song, song.subarray(0, 1)])]
    for (const other of others)
      expect(await refusalOf(sendAgain(again, other))).to.include({ code: 'idempotency_key_reused' })
    await uploads.expectSong(finished)
  })

  it('is refused where what is stored begins otherwise', async () => {
    const { id } = await begin()
    await uploads.append(id, { from: 0, to: 1000 })
    const other = Buffer.concat([Buffer.from('ID3!'), song.subarray(4)])
    expect(await refusalOf(sendAgain(await begin(), other))).to.include({ code: 'idempotency_key_reused' })
    await uploads.expectSong(await sendAgain(await begin()))
  })

  it('is refused where it is announced otherwise', async () => {
    await begin()
    for (const other of [{ lengthBytes: 7 }, { metadata: { title: 'x' } }, { expectedSha256: ['00'] }])
      expect(await refusalOf(begin(other))).to.include({ code: 'idempotency_key_reused' })
  })

  it('is begun anew where the first one was given up', async () => {
    const first = await begin()
    await adapters.uploads.remove(first.id, first.ownerId)
    expect((await begin()).id).to.not.equal(first.id)
  })
})
