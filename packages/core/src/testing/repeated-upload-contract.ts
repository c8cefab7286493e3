import { expect } from 'chai'
import type { Audio } from '../audio/audio.ts'
import { newestFirst } from '../audio/audio-order.ts'
import type { KeyedRequest } from '../idempotency/keyed-request.ts'
import type { UserId } from '../ids.ts'
import type { Repositories } from '../repositories.ts'
import { unlimited } from '../users/quota.ts'
import { anAudio, at } from './builders.ts'
import { countOf, race } from './race.ts'
import { aStoredUser } from './stored.ts'

/** What every `AudioRepository` promises of a request that comes again. `make` gives a fresh, empty set of repositories. */
export function repeatedUploadContract({ make }: { readonly make: () => Promise<Repositories> }): void {
  const request: KeyedRequest = { id: 'a1'.repeat(32), since: at(0) }
  const other: KeyedRequest = { id: 'b2'.repeat(32), since: at(0) }
  let repositories: Repositories
  let ownerId: UserId

  beforeEach(async () => {
    repositories = await make()
    ownerId = (await aStoredUser(repositories)).id
  })

  const begin = async (madeFor: KeyedRequest | undefined = request, seconds = 60): Promise<Audio> => {
    const audio = anAudio({ ownerId, createdAt: at(seconds), updatedAt: at(seconds) })
    const { id, createdAt } = audio
    expect(await repositories.audio.insertPending({ id, ownerId, createdAt, madeFor }, unlimited)).to.equal(
      'inserted',
    )
    return audio
  }
  const markReady = (audio: Audio) => repositories.audio.markReady(audio)
  const find = (madeFor = request) => repositories.audio.findMadeFor(madeFor)
  const listed = async (): Promise<number> => {
    const page = { limit: 100, after: undefined }
    return (await repositories.audio.list(ownerId, page, { order: newestFirst })).items.length
  }

  it('finds what an attempt of the request has made, and nothing that is not ready', async () => {
    expect(await find()).to.equal(undefined)
    const audio = await begin()
    expect(await find()).to.equal(undefined)
    await markReady(audio)
    expect(await find()).to.deep.equal(audio)
    expect(await find(other)).to.equal(undefined)
  })

  it('makes one audio for a request, and tells the other attempts which', async () => {
    const [first, second] = [await begin(), await begin()]
    expect(await markReady(first)).to.equal('ready')
    expect(await markReady(second)).to.deep.equal({ madeBefore: first })
    expect(await repositories.audio.find(second.id)).to.equal(undefined)
    expect(await repositories.audio.abandon(second.id)).to.equal('abandoned')
    expect(await find()).to.deep.equal(first)
  })

  it('makes one audio of racing attempts', async () => {
    const attempts = await race(8, () => begin())
    const outcomes = await Promise.all(attempts.map(markReady))
    expect(countOf(outcomes, 'ready')).to.equal(1)
    const made = await find()
    expect(made).to.not.equal(undefined)
    for (const outcome of outcomes)
      if (outcome !== 'ready') expect(outcome).to.deep.equal({ madeBefore: made })
    expect(await listed()).to.equal(1)
  })

  it('keeps requests apart, and those that do not come again', async () => {
    for (const madeFor of [request, other, undefined, undefined]) {
      const audio = anAudio({ ownerId })
      const { id, createdAt } = audio
      await repositories.audio.insertPending({ id, ownerId, createdAt, madeFor }, unlimited)
      expect(await markReady(audio)).to.equal('ready')
    }
    expect(await listed()).to.equal(4)
  })

  it('makes another where the first one was deleted', async () => {
    const [first, second, third] = [await begin(), await begin(), await begin()]
    await markReady(first)
    await repositories.audio.bury(first.id, ownerId)
    expect(await find()).to.equal(undefined)
    expect(await markReady(second)).to.equal('ready')
    expect(await find()).to.deep.equal(second)
    await repositories.audio.bury(second.id, ownerId)
    await repositories.audio.erase(second.id)
    expect(await markReady(third)).to.equal('ready')
  })

  it('makes another once the time of the first request is over', async () => {
    const first = await begin()
    await markReady(first)
    const later: KeyedRequest = { ...request, since: first.createdAt }
    expect(await find(later)).to.equal(undefined)
    const second = await begin(later, 120)
    expect(await markReady(second)).to.equal('ready')
    expect(await find(later)).to.deep.equal(second)
    expect(await repositories.audio.find(first.id)).to.deep.equal(first)
  })

  it('finds it also when it has been changed', async () => {
    const audio = await begin()
    await markReady(audio)
    const changed = await repositories.audio.update(audio.id, ownerId, { title: 'New' }, at(90))
    expect(await find()).to.deep.equal(changed)
  })

  it('forgets it with the user', async () => {
    await markReady(await begin())
    await repositories.users.remove(ownerId, at(90))
    expect(await find()).to.equal(undefined)
  })
}
