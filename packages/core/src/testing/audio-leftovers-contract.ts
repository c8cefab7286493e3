import { expect } from 'chai'
import type { AudioId, UserId } from '../ids.ts'
import type { Repositories } from '../repositories.ts'
import { anAudio, at } from './builders.ts'
import { aPendingAudio, aStoredAudio, aStoredUser } from './stored.ts'

/** What every `AudioLeftovers` promises. `make` gives a fresh, empty set of repositories. */
export function audioLeftoversContract({ make }: { readonly make: () => Promise<Repositories> }): void {
  let repositories: Repositories
  let ownerId: UserId

  beforeEach(async () => {
    repositories = await make()
    ownerId = (await aStoredUser(repositories)).id
  })

  const claim = (seconds: number, limit = 100, after?: AudioId): Promise<readonly AudioId[]> =>
    repositories.leftovers.claimTombstones(at(seconds), limit, after)

  it('has nothing to claim where nothing was left', async () => {
    await aStoredAudio(repositories, { ownerId, createdAt: at(0) })
    expect(await claim(1000)).to.deep.equal([])
  })

  it('is empty until a row is there, in whatever state, and again when the last is gone', async () => {
    expect(await repositories.leftovers.isEmpty()).to.equal(true)
    const { id } = await aPendingAudio(repositories, { ownerId })
    expect(await repositories.leftovers.isEmpty()).to.equal(false)
    await repositories.audio.erase(id)
    expect(await repositories.leftovers.isEmpty()).to.equal(true)
  })

  it('began before its first row, and always at the same moment', async () => {
    const beganAt = await repositories.leftovers.beganAt()
    expect(beganAt.getTime()).to.be.at.most(Date.now() + 60_000)
    await aPendingAudio(repositories, { ownerId })
    expect(await repositories.leftovers.beganAt()).to.deep.equal(beganAt)
  })

  it('claims uploads that began before the moment, and they can finish no more', async () => {
    const old = await aPendingAudio(repositories, { ownerId, createdAt: at(0) })
    expect(await claim(60)).to.deep.equal([old.id])
    expect(await repositories.audio.markReady(old)).to.equal('not-pending')
  })

  it('leaves uploads alone that something was heard of since', async () => {
    const touched = await aPendingAudio(repositories, { ownerId, createdAt: at(0) })
    await repositories.audio.touch(touched.id, at(60))
    expect(await claim(60)).to.deep.equal([])
    expect(await repositories.audio.markReady(touched)).to.equal('ready')
    await repositories.audio.touch(touched.id, at(90))
    expect(await repositories.audio.find(touched.id)).to.deep.equal(touched)
  })

  it('tells which uploads something was heard of since a moment', async () => {
    const { leftovers } = repositories
    const pending = await aPendingAudio(repositories, { ownerId, createdAt: at(0) })
    const ready = await aStoredAudio(repositories, { ownerId, createdAt: at(0) })
    expect(await leftovers.isAlive(pending.id, at(0))).to.equal(true)
    expect(await leftovers.isAlive(pending.id, at(1))).to.equal(false)
    await repositories.audio.touch(pending.id, at(60))
    expect(await leftovers.isAlive(pending.id, at(60))).to.equal(true)
    expect(await leftovers.isAlive(pending.id, at(61))).to.equal(false)
    for (const { id } of [ready, anAudio()]) expect(await leftovers.isAlive(id, at(0))).to.equal(false)
    await claim(61)
    expect(await leftovers.isAlive(pending.id, at(60))).to.equal(false)
  })

  it('counts what could be claimed, and claims nothing by that', async () => {
    const count = (silentSince: Date, buriedBefore: Date) =>
      repositories.leftovers.count(silentSince, buriedBefore)
    const pending = await aPendingAudio(repositories, { ownerId, createdAt: at(0) })
    const touched = await aPendingAudio(repositories, { ownerId, createdAt: at(0) })
    await repositories.audio.touch(touched.id, at(60))
    for (let times = 0; times < 3; times++) {
      const { id } = await aStoredAudio(repositories, { ownerId })
      if (times > 0) await repositories.audio.bury(id, ownerId)
    }
    // The database's own clock says when something was buried.
    const [anHourAgo, inAnHour] = [Date.now() - 3_600_000, Date.now() + 3_600_000].map(
      (time) => new Date(time),
    )
    expect(await count(at(0), anHourAgo!)).to.deep.equal({ stuckUploads: 0, tombstones: 0 })
    expect(await count(at(60), inAnHour!)).to.deep.equal({ stuckUploads: 1, tombstones: 2 })
    expect(await count(at(61), inAnHour!)).to.deep.equal({ stuckUploads: 2, tombstones: 2 })
    expect(await repositories.audio.markReady(pending)).to.equal('ready')
  })

  it('leaves younger uploads to finish, and ready audio alone', async () => {
    const young = await aPendingAudio(repositories, { ownerId, createdAt: at(60) })
    const ready = await aStoredAudio(repositories, { ownerId, createdAt: at(0) })
    expect(await claim(60)).to.deep.equal([])
    expect(await repositories.audio.markReady(young)).to.equal('ready')
    expect(await repositories.audio.find(ready.id)).to.deep.equal(ready)
  })

  it('claims what was buried, again and again until it is erased', async () => {
    const { id } = await aStoredAudio(repositories, { ownerId })
    await repositories.audio.bury(id, ownerId)
    expect(await claim(0)).to.deep.equal([id])
    expect(await claim(0)).to.deep.equal([id])
    await repositories.audio.erase(id)
    expect(await claim(0)).to.deep.equal([])
  })

  it('gives tombstones out in the order of ids, page by page, each once', async () => {
    const lefts = Array.from({ length: 6 }, () => anAudio({ ownerId, createdAt: at(0) }))
    for (const [index, left] of lefts.toReversed().entries()) {
      if (index % 2 === 0) await aPendingAudio(repositories, left)
      else {
        await aStoredAudio(repositories, left)
        await repositories.audio.bury(left.id, ownerId)
      }
    }
    const claimed: AudioId[] = []
    for (let page = await claim(60, 4); page.length > 0; page = await claim(60, 4, page.at(-1))) {
      expect(page.length).to.be.at.most(4)
      claimed.push(...page)
    }
    expect(claimed).to.deep.equal(lefts.map(({ id }) => id).sort())
  })

  it('lets either the claim or the upload win, whichever way they race', async () => {
    const uploads = await Promise.all(
      Array.from({ length: 10 }, () => aPendingAudio(repositories, { ownerId, createdAt: at(0) })),
    )
    const [claimed, ...outcomes] = await Promise.all([
      claim(60),
      ...uploads.map((audio) => repositories.audio.markReady(audio)),
    ])
    const ready = uploads.filter((_, index) => outcomes[index] === 'ready').map(({ id }) => id)
    expect([...claimed, ...ready]).to.have.members(uploads.map(({ id }) => id))
    for (const id of ready) expect(await repositories.audio.find(id)).to.not.equal(undefined)
  })

  it('knows the ids that have a row in any state', async () => {
    const pending = await aPendingAudio(repositories, { ownerId })
    const ready = await aStoredAudio(repositories, { ownerId })
    const buried = await aStoredAudio(repositories, { ownerId })
    await repositories.audio.bury(buried.id, ownerId)
    const rows = [pending.id, ready.id, buried.id]
    expect(await repositories.leftovers.known([...rows, anAudio().id])).to.deep.equal(new Set(rows))
    expect(await repositories.leftovers.known([])).to.deep.equal(new Set())
  })
}
