import { expect } from 'chai'
import { unlimited } from '../users/quota.ts'
import type { Repositories } from '../repositories.ts'
import { anAudio, anEmailAddress, aSession, at, aUser } from './builders.ts'
import { countOf, race } from './race.ts'
import { aPendingAudio, aStoredAudio, aStoredSession, aStoredUser, liveSessionsOf } from './stored.ts'

/** Part of the contract of `UserRepository`. */
export function userRemovalContract(make: () => Promise<Repositories>): void {
  let repositories: Repositories

  beforeEach(async () => {
    repositories = await make()
  })

  it('says so where there is no such user', async () => {
    expect(await repositories.users.remove(aUser().id, at(60))).to.equal('absent')
  })

  it('takes the password and the sessions with the user', async () => {
    const user = await aStoredUser(repositories, { email: anEmailAddress('ann@example.com') })
    const session = await aStoredSession(repositories, { userId: user.id })
    expect(await repositories.users.remove(user.id, at(60))).to.deep.equal({ tombstones: [] })
    expect(await repositories.users.find(user.id)).to.equal(undefined)
    expect(await repositories.users.findByEmail(anEmailAddress('ann@example.com'))).to.equal(undefined)
    expect(await repositories.passwords.find(user.id)).to.equal(undefined)
    expect(await repositories.sessions.findLive(session.id, at(61))).to.equal(undefined)
    expect(await repositories.users.insert(aUser({ email: user.email }), undefined)).to.equal('inserted')
  })

  it('takes the identities with the user, so that the next sign-in opens a new account', async () => {
    const identity = { provider: 'fake', subject: '1000' }
    const user = aUser()
    await repositories.identities.insertUser(user, identity)
    await repositories.users.remove(user.id, at(60))
    expect(await repositories.identities.findUser(identity)).to.equal(undefined)
    expect(await repositories.identities.insertUser(aUser(), identity)).to.equal('inserted')
  })

  it('turns every audio of the user into a tombstone, those in flight too, and returns them', async () => {
    const { id: ownerId } = await aStoredUser(repositories)
    const ready = await aStoredAudio(repositories, { ownerId })
    const pending = await aPendingAudio(repositories, { ownerId })
    const removed = await repositories.users.remove(ownerId, at(60))
    expect(removed).to.have.property('tombstones').with.members([ready.id, pending.id])
    expect(await repositories.audio.find(ready.id)).to.equal(undefined)
    expect(await repositories.audio.markReady(pending)).to.equal('not-pending')
    expect(await repositories.leftovers.claimTombstones(at(-1), 10, undefined)).to.have.members([
      ready.id,
      pending.id,
    ])
  })

  it('leaves everybody else as they are', async () => {
    const user = await aStoredUser(repositories)
    const other = await aStoredUser(repositories)
    const session = await aStoredSession(repositories, { userId: other.id })
    const audio = await aStoredAudio(repositories, { ownerId: other.id })
    await repositories.users.remove(user.id, at(60))
    expect(await repositories.users.find(other.id)).to.deep.equal(other)
    expect(await repositories.sessions.findLive(session.id, at(61))).to.deep.equal({ session, user: other })
    expect(await repositories.audio.find(audio.id)).to.deep.equal(audio)
  })

  it('removes once, however many calls race', async () => {
    const { id: ownerId } = await aStoredUser(repositories)
    const { id } = await aStoredAudio(repositories, { ownerId })
    const outcomes = await race(8, () => repositories.users.remove(ownerId, at(60)))
    expect(countOf(outcomes, 'absent')).to.equal(7)
    expect(outcomes.filter((outcome) => typeof outcome === 'object')).to.deep.equal([{ tombstones: [id] }])
  })

  it('misses no upload that begins at the same moment', async () => {
    const { id: ownerId } = await aStoredUser(repositories)
    const uploads = Array.from({ length: 10 }, () => anAudio({ ownerId }))
    const [removed, ...outcomes] = await Promise.all([
      repositories.users.remove(ownerId, at(60)),
      ...uploads.map(({ id, createdAt }) =>
        repositories.audio.insertPending({ id, ownerId, createdAt }, unlimited),
      ),
    ])
    const begun = uploads.filter((_, index) => outcomes[index] === 'inserted').map(({ id }) => id)
    expect(removed).to.have.property('tombstones').with.members(begun)
  })

  it('misses no session that opens at the same moment', async () => {
    const user = await aStoredUser(repositories)
    await Promise.all([
      repositories.users.remove(user.id, at(60)),
      ...Array.from({ length: 10 }, () => repositories.sessions.insert(aSession({ userId: user.id }))),
    ])
    expect(await liveSessionsOf(repositories, user.id, at(61))).to.deep.equal([])
  })
}
