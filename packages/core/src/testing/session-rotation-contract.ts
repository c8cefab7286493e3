import { expect } from 'chai'
import type { Repositories } from '../repositories.ts'
import type { Session } from '../sessions/session.ts'
import type { RotationResult } from '../sessions/session-repository.ts'
import type { User } from '../users/user.ts'
import { aSession, at } from './builders.ts'
import { race } from './race.ts'
import { aStoredSession, aStoredUser, liveSessionsOf } from './stored.ts'

/** Part of the contract of `SessionRepository`. */
export function sessionRotationContract(make: () => Promise<Repositories>): void {
  let repositories: Repositories
  let user: User
  let session: Session

  beforeEach(async () => {
    repositories = await make()
    user = await aStoredUser(repositories)
    session = await aStoredSession(repositories, { userId: user.id })
  })

  const rotate = (presented: number, seconds: number): Promise<RotationResult> =>
    repositories.sessions.rotate(session.id, {
      presented,
      now: at(seconds),
      graceSeconds: 10,
      idleTtlSeconds: 3600,
    })

  const confirm = (generation: number, seconds: number): Promise<void> =>
    repositories.sessions.confirm(session.id, generation, at(seconds))

  const storedGeneration = async (seconds: number): Promise<number | undefined> =>
    (await repositories.sessions.findLive(session.id, at(seconds)))?.session.generation

  it('moves to the next generation and puts the idle end off', async () => {
    const moved = { generation: 2, refreshedAt: at(60), idleExpiresAt: at(3660), confirmedAt: undefined }
    const rotated = { ...session, ...moved }
    expect(await rotate(1, 60)).to.deep.equal({ outcome: 'rotated', session: rotated, user })
    expect(await repositories.sessions.findLive(session.id, at(61))).to.deep.equal({
      session: rotated,
      user,
    })
  })

  it('lives on for as long as it is refreshed, but not beyond its absolute end', async () => {
    let generation = 1
    for (let seconds = 3000; seconds < 24 * 3600; seconds += 3000) {
      expect(await rotate(generation, seconds)).to.include({ outcome: 'rotated' })
      generation++
    }
    expect(await storedGeneration(24 * 3600 - 1)).to.equal(generation)
    expect(await rotate(generation, 24 * 3600)).to.deep.equal({ outcome: 'unknown' })
  })

  it('moves by one and answers all alike, however many present one generation at once', async () => {
    const results = await race(20, () => rotate(1, 60))
    expect(new Set(results.map(({ outcome }) => outcome))).to.deep.equal(new Set(['rotated']))
    for (const result of results) expect(result).to.have.nested.property('session.generation', 2)
    expect(await storedGeneration(61)).to.equal(2)
  })

  it('returns the same successor to the parent, however late, until the successor is confirmed', async () => {
    const first = await rotate(1, 60)
    expect(await rotate(1, 69)).to.deep.equal(first)
    expect(await rotate(1, 3659)).to.deep.equal(first)
    expect(await storedGeneration(3659)).to.equal(2)
  })

  it('does not extend the life of the session when the parent is presented again', async () => {
    await rotate(1, 60)
    await rotate(1, 3600)
    expect(await rotate(1, 3660)).to.deep.equal({ outcome: 'unknown' })
  })

  it('returns the same successor to the parent during the grace after the confirmation', async () => {
    await rotate(1, 60)
    await confirm(2, 600)
    const again = await rotate(1, 610)
    expect(again).to.include({ outcome: 'rotated' })
    expect(again).to.have.nested.property('session.generation', 2)
    expect(await storedGeneration(611)).to.equal(2)
  })

  it('counts the grace from the first confirmation, which no repetition extends', async () => {
    await rotate(1, 60)
    await confirm(2, 70)
    await confirm(2, 78)
    await rotate(1, 78)
    expect(await rotate(1, 81)).to.deep.equal({ outcome: 'reused', userId: user.id })
  })

  it('ignores the confirmation of any generation but the current one', async () => {
    await rotate(1, 60)
    for (const generation of [0, 1, 3]) await confirm(generation, 61)
    expect(await rotate(1, 600)).to.include({ outcome: 'rotated' })
  })

  it('confirms each generation by itself', async () => {
    await rotate(1, 60)
    await confirm(2, 61)
    await rotate(2, 100)
    expect(await rotate(2, 600)).to.have.nested.property('session.generation', 3)
    await confirm(3, 601)
    expect(await rotate(2, 612)).to.deep.equal({ outcome: 'reused', userId: user.id })
  })

  it('stores one confirmation, the first, however many race', async () => {
    await rotate(1, 60)
    await race(20, () => confirm(2, 70))
    await confirm(2, 90)
    const live = await repositories.sessions.findLive(session.id, at(91))
    expect(live?.session.confirmedAt).to.deep.equal(at(70))
  })

  it('confirms nothing in a session that has ended', async () => {
    await rotate(1, 60)
    await repositories.sessions.end(session.id, user.id, at(61))
    await confirm(2, 62)
    expect(await repositories.sessions.findLive(session.id, at(63))).to.equal(undefined)
  })

  it('ends the session, whichever way a confirmation and the parent race, once the grace is over', async () => {
    await rotate(1, 60)
    await Promise.all([confirm(2, 70), rotate(1, 70), confirm(2, 70), rotate(1, 70)])
    expect(await rotate(1, 81)).to.deep.equal({ outcome: 'reused', userId: user.id })
  })

  it('ends the session if the parent comes after the grace, and that is stored', async () => {
    await rotate(1, 60)
    await confirm(2, 60)
    expect(await rotate(1, 71)).to.deep.equal({ outcome: 'reused', userId: user.id })
    expect(await repositories.sessions.findLive(session.id, at(72))).to.equal(undefined)
    expect(await liveSessionsOf(repositories, user.id, at(72))).to.deep.equal([])
    expect(await rotate(2, 72)).to.deep.equal({ outcome: 'unknown' })
  })

  it('ends the session if a generation before the parent comes, also within the grace', async () => {
    await rotate(1, 60)
    await rotate(2, 61)
    expect(await rotate(1, 62)).to.deep.equal({ outcome: 'reused', userId: user.id })
    expect(await rotate(3, 63)).to.deep.equal({ outcome: 'unknown' })
  })

  it('ends the session, whichever way a reuse and a rotation race', async () => {
    for (const generation of [1, 2, 3]) await rotate(generation, 60)
    const results = await Promise.all([rotate(4, 61), rotate(1, 61), rotate(4, 61), rotate(1, 61)])
    expect(results.map(({ outcome }) => outcome)).to.include('reused')
    expect(await repositories.sessions.findLive(session.id, at(62))).to.equal(undefined)
  })

  it('stays ended, whichever way a logout and rotations race', async () => {
    await Promise.all([
      rotate(1, 60),
      repositories.sessions.end(session.id, user.id, at(60)),
      rotate(1, 60),
      rotate(1, 60),
    ])
    expect(await repositories.sessions.findLive(session.id, at(61))).to.equal(undefined)
  })

  it('knows no generation that was never reached, and ends nothing for it', async () => {
    expect(await rotate(2, 60)).to.deep.equal({ outcome: 'unknown' })
    expect(await rotate(1_000_000, 60)).to.deep.equal({ outcome: 'unknown' })
    expect(await storedGeneration(61)).to.equal(1)
  })

  it('leaves the other sessions of the user alone when one is ended by a reuse', async () => {
    const other = await aStoredSession(repositories, { userId: user.id })
    await rotate(1, 60)
    await confirm(2, 60)
    await rotate(1, 90)
    expect(await liveSessionsOf(repositories, user.id, at(91))).to.deep.equal([other])
  })

  it('knows no session that is past its idle end', async () => {
    await rotate(1, 60)
    expect(await rotate(2, 3660)).to.deep.equal({ outcome: 'unknown' })
  })

  for (const [what, end] of [
    ['was ended', () => repositories.sessions.end(session.id, user.id, at(60))],
    ['has a user who is not active', () => repositories.users.update(user.id, { isActive: false }, at(60))],
    ['lost its user', () => repositories.users.remove(user.id, at(60))],
  ] as const) {
    it(`knows no session that ${what}`, async () => {
      await end()
      expect(await rotate(1, 61)).to.deep.equal({ outcome: 'unknown' })
    })
  }

  it('knows no session that was never there', async () => {
    session = aSession()
    expect(await rotate(1, 60)).to.deep.equal({ outcome: 'unknown' })
  })
}
