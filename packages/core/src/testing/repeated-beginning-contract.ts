import { expect } from 'chai'
import type { KeyedRequest } from '../idempotency/keyed-request.ts'
import type { UserId } from '../ids.ts'
import type { Repositories } from '../repositories.ts'
import type { Upload } from '../uploads/upload.ts'
import { unlimited } from '../users/quota.ts'
import { anAudio, at } from './builders.ts'
import { countOf, race } from './race.ts'
import { aStoredUser } from './stored.ts'

/** What every `UploadRepository` promises of a beginning that comes again. `make` gives a fresh, empty set of repositories. */
export function repeatedBeginningContract({ make }: { readonly make: () => Promise<Repositories> }): void {
  const request: KeyedRequest = { id: 'a1'.repeat(32), since: at(-1) }
  const other: KeyedRequest = { ...request, id: 'b2'.repeat(32) }
  const later: KeyedRequest = { ...request, since: at(0) }
  let repositories: Repositories
  let ownerId: UserId

  beforeEach(async () => {
    repositories = await make()
    ownerId = (await aStoredUser(repositories)).id
  })

  const begin = async (begunFor = request, seconds = 0) => {
    const upload: Upload = {
      id: anAudio().id,
      ownerId,
      lengthBytes: 100,
      offsetBytes: 0,
      fileName: undefined,
      title: undefined,
      description: undefined,
      metadata: {},
      expectedSha256: [],
      createdAt: at(seconds),
      expiresAt: at(seconds + 3600),
      audioId: undefined,
    }
    await repositories.audio.insertPending(upload, unlimited)
    return { upload, opened: await repositories.uploads.insert(upload, begunFor) }
  }
  const find = (begunFor = request, seconds = 1) => repositories.uploads.findBegunFor(begunFor, at(seconds))

  it('opens one of racing attempts, and finds it again', async () => {
    expect(await find()).to.equal(undefined)
    const racing = await race(5, () => begin())
    const outcomes = racing.map(({ opened }) => opened)
    expect([countOf(outcomes, 'inserted'), countOf(outcomes, 'begun-before')]).to.deep.equal([1, 4])
    expect(await find()).to.deep.equal(racing.find(({ opened }) => opened === 'inserted')?.upload)
  })

  it('keeps requests apart, and those that do not come again', async () => {
    await begin()
    expect(await find(other)).to.equal(undefined)
    expect((await begin(other)).opened).to.equal('inserted')
  })

  it('opens another where the first one is over, or its time is', async () => {
    const { upload } = await begin()
    expect(await find(request, 3600)).to.equal(undefined)
    const next = await begin(request, 3600)
    expect(next.opened).to.equal('inserted')
    expect(await find(request, 3601)).to.deep.equal(next.upload)
    expect(await find({ ...request, since: at(3600) }, 3601)).to.equal(undefined)
    expect(await repositories.uploads.find(upload.id, ownerId, at(1))).to.deep.equal(upload)
  })

  it('opens another for a later request under the same key, and forgets the first', async () => {
    await begin()
    expect(await find(later)).to.equal(undefined)
    const { upload, opened } = await begin(later, 2)
    expect(opened).to.equal('inserted')
    await repositories.uploads.remove(upload.id, ownerId)
    expect(await find()).to.equal(undefined)
  })

  it('finds what has become audio, until that is deleted', async () => {
    const { upload } = await begin()
    const audio = anAudio({ ownerId })
    await repositories.uploads.finish(upload.id, audio)
    expect(await find()).to.include({ id: upload.id, audioId: audio.id })
    expect((await begin()).opened).to.equal('begun-before')
    await repositories.audio.bury(audio.id, ownerId)
    expect(await find()).to.equal(undefined)
    expect((await begin()).opened).to.equal('inserted')
  })
}
