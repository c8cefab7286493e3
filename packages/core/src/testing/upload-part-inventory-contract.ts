import { expect } from 'chai'
import { newAudioId, type AudioId, type UserId } from '../ids.ts'
import { SequentialIds } from '../in-memory/sequential-ids.ts'
import type { Repositories } from '../repositories.ts'
import type { OpenUploadPart, UploadPartPlace } from '../uploads/upload-part-inventory.ts'
import type { Upload } from '../uploads/upload.ts'
import { unlimited } from '../users/quota.ts'
import { anAudio, at } from './builders.ts'
import { aStoredUser } from './stored.ts'

const ids = new SequentialIds()

/** What every `UploadPartInventory` promises. `make` gives a fresh, empty set of repositories. */
export function uploadPartInventoryContract({ make }: { readonly make: () => Promise<Repositories> }): void {
  let repositories: Repositories
  let ownerId: UserId

  beforeEach(async () => {
    repositories = await make()
    ownerId = (await aStoredUser(repositories)).id
  })

  const begin = async (overrides: Partial<Upload> = {}): Promise<Upload> => {
    const upload: Upload = {
      id: anAudio().id,
      ownerId,
      lengthBytes: undefined,
      offsetBytes: 0,
      fileName: undefined,
      title: undefined,
      description: undefined,
      metadata: {},
      expectedSha256: [],
      createdAt: at(0),
      expiresAt: at(3600),
      audioId: undefined,
      ...overrides,
    }
    await repositories.audio.insertPending(upload, unlimited)
    expect(await repositories.uploads.insert(upload)).to.equal('inserted')
    return upload
  }

  /** Of these sizes, one after the other; as the inventory is to tell of them. */
  const addParts = async (upload: Upload, sizes: readonly number[]): Promise<readonly OpenUploadPart[]> => {
    const { id: uploadId, ownerId, expiresAt } = upload
    const parts: OpenUploadPart[] = []
    let offsetBytes = 0
    for (const sizeBytes of sizes) {
      const part = { id: newAudioId(ids), offsetBytes, sizeBytes, sha256: 'cd'.repeat(32) }
      expect(await repositories.uploads.append(uploadId, part, { expiresAt })).to.equal('appended')
      parts.push({ ...part, uploadId, ownerId })
      offsetBytes += sizeBytes
    }
    return parts
  }

  const listOpen = (after?: UploadPartPlace, limit = 100, now = at(1)) =>
    repositories.uploadParts.listOpen({ after, limit, now })
  const openIds = async (now = at(1)): Promise<readonly AudioId[]> =>
    (await listOpen(undefined, 100, now)).map(({ id }) => id)

  it('is empty where nothing has come of any upload', async () => {
    await begin()
    expect(await listOpen()).to.deep.equal([])
  })

  it('tells of each part whose it is, where it stands, its size and its digest', async () => {
    const parts = await addParts(await begin(), [5_000_000_000, 70])
    expect(await listOpen()).to.deep.equal(parts)
  })

  it('has none of what is finished or given up', async () => {
    const [open, finished, removed] = [await begin(), await begin(), await begin()]
    const [part] = await addParts(open, [100])
    for (const upload of [finished, removed]) await addParts(upload, [100, 100])
    await repositories.uploads.finish(finished.id, anAudio({ ownerId }))
    await repositories.uploads.remove(removed.id, ownerId)
    expect(await openIds()).to.deep.equal([part?.id])
  })

  it('has none of those whose time is over, swept or not', async () => {
    await addParts(await begin({ expiresAt: at(100) }), [100])
    const [later] = await addParts(await begin({ expiresAt: at(101) }), [100])
    expect(await openIds(at(99))).to.have.lengthOf(2)
    expect(await openIds(at(100))).to.deep.equal([later?.id])
    await repositories.uploads.removeExpired(at(100))
    expect(await openIds(at(99))).to.deep.equal([later?.id])
  })

  it('has none of a user who was removed', async () => {
    await addParts(await begin(), [100])
    await repositories.users.remove(ownerId, at(1))
    expect(await listOpen()).to.deep.equal([])
  })

  it('walks upload by upload over all owners, page by page, each part once', async () => {
    const other = (await aStoredUser(repositories)).id
    const [first, second, third] = [anAudio().id, anAudio().id, anAudio().id].sort()
    // Begun in another order than that of their ids.
    const last = await addParts(await begin({ id: third! }), [10, 20])
    const middle = await addParts(await begin({ id: second!, ownerId: other }), [30])
    const before = await addParts(await begin({ id: first! }), [9, 1000, 5, 60])
    const pages: (readonly OpenUploadPart[])[] = []
    for (let count = 0; count < 4; count++) pages.push(await listOpen(pages.at(-1)?.at(-1), 3))
    expect(pages.map(({ length }) => length)).to.deep.equal([3, 3, 1, 0])
    expect(pages.flat()).to.deep.equal([...before, ...middle, ...last])
  })

  it('goes on behind a part that is gone meanwhile', async () => {
    const [first, second] = [anAudio().id, anAudio().id].sort()
    const [gone] = await addParts(await begin({ id: first! }), [100, 100])
    const kept = await addParts(await begin({ id: second! }), [100])
    await repositories.uploads.remove(first!, ownerId)
    expect(await listOpen(gone)).to.deep.equal(kept)
  })
}
