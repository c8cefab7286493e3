import { expect } from 'chai'
import type { SessionId } from '../ids.ts'
import type { Repositories } from '../repositories.ts'
import type { User } from '../users/user.ts'
import { aSession, at, aUser } from './builders.ts'
import { keysetPagingContract } from './keyset-paging-contract.ts'
import { countOf, race } from './race.ts'
import { sessionRotationContract } from './session-rotation-contract.ts'
import { aStoredSession, aStoredUser, liveSessionsOf } from './stored.ts'

/** What every `SessionRepository` promises. `make` gives a fresh, empty set of repositories. */
export function sessionRepositoryContract({ make }: { readonly make: () => Promise<Repositories> }): void {
  let repositories: Repositories
  let user: User

  beforeEach(async () => {
    repositories = await make()
    user = await aStoredUser(repositories)
  })

  describe('insert and findLive', () => {
    it('finds a session with its user until it ends by itself', async () => {
      const session = await aStoredSession(repositories, { userId: user.id, idleExpiresAt: at(3600) })
      expect(await repositories.sessions.findLive(session.id, at(3599))).to.deep.equal({ session, user })
      expect(await repositories.sessions.findLive(session.id, at(3600))).to.equal(undefined)
    })

    it('finds no session beyond its absolute end, however late its idle end is', async () => {
      const ends = { expiresAt: at(100), idleExpiresAt: at(3600) }
      const session = await aStoredSession(repositories, { userId: user.id, ...ends })
      expect(await repositories.sessions.findLive(session.id, at(99))).to.deep.equal({ session, user })
      expect(await repositories.sessions.findLive(session.id, at(100))).to.equal(undefined)
    })

    it('keeps a session whose client said nothing of itself', async () => {
      const session = await aStoredSession(repositories, { userId: user.id, userAgent: undefined })
      expect(await repositories.sessions.findLive(session.id, at(1))).to.deep.equal({ session, user })
    })

    it('finds nothing under an id that nobody has', async () => {
      expect(await repositories.sessions.findLive(aSession().id, at(1))).to.equal(undefined)
    })

    it('shows the user as they are now', async () => {
      const session = await aStoredSession(repositories, { userId: user.id })
      const changed = await repositories.users.update(user.id, { isAdmin: true }, at(60))
      expect(await repositories.sessions.findLive(session.id, at(61))).to.deep.equal({
        session,
        user: changed,
      })
    })

    it('opens no session for a user who is gone', async () => {
      expect(await repositories.sessions.insert(aSession({ userId: aUser().id }))).to.equal('user-absent')
    })

    it('opens no session for a user who is not active, so that there is none to revive', async () => {
      await repositories.users.update(user.id, { isActive: false }, at(60))
      const session = aSession({ userId: user.id })
      expect(await repositories.sessions.insert(session)).to.equal('user-absent')
      await repositories.users.update(user.id, { isActive: true }, at(61))
      expect(await repositories.sessions.findLive(session.id, at(62))).to.equal(undefined)
    })

    it('revives nothing where sign-ins race a deactivation', async () => {
      const opened = Array.from({ length: 10 }, () => aSession({ userId: user.id }))
      await Promise.all([
        ...opened.map((session) => repositories.sessions.insert(session)),
        repositories.users.update(user.id, { isActive: false }, at(60)),
      ])
      await repositories.users.update(user.id, { isActive: true }, at(61))
      expect(await liveSessionsOf(repositories, user.id, at(62))).to.deep.equal([])
    })
  })

  describe('rotate', () => {
    sessionRotationContract(make)
  })

  describe('end', () => {
    it('ends a session once', async () => {
      const { id } = await aStoredSession(repositories, { userId: user.id })
      expect(await repositories.sessions.end(id, user.id, at(60))).to.equal(true)
      expect(await repositories.sessions.end(id, user.id, at(60))).to.equal(false)
      expect(await repositories.sessions.findLive(id, at(61))).to.equal(undefined)
    })

    it('ends a session for one of many racing callers', async () => {
      const { id } = await aStoredSession(repositories, { userId: user.id })
      const outcomes = await race(10, () => repositories.sessions.end(id, user.id, at(60)))
      expect(countOf(outcomes, true)).to.equal(1)
    })

    it('ends no session of somebody else', async () => {
      const { id } = await aStoredSession(repositories, { userId: user.id })
      const other = await aStoredUser(repositories)
      expect(await repositories.sessions.end(id, other.id, at(60))).to.equal(false)
      expect(await repositories.sessions.findLive(id, at(61))).to.not.equal(undefined)
    })

    it('finds nothing to end in a session that is over or was never there', async () => {
      const { id } = await aStoredSession(repositories, { userId: user.id, idleExpiresAt: at(10) })
      expect(await repositories.sessions.end(id, user.id, at(60))).to.equal(false)
      expect(await repositories.sessions.end(aSession().id, user.id, at(60))).to.equal(false)
    })
  })

  describe('endAll', () => {
    it('ends the living sessions of the user but the one to keep, and counts them', async () => {
      const kept = await aStoredSession(repositories, { userId: user.id })
      const [first] = await race(2, () => aStoredSession(repositories, { userId: user.id }))
      await aStoredSession(repositories, { userId: user.id, idleExpiresAt: at(10) })
      const foreign = await aStoredSession(repositories, { userId: (await aStoredUser(repositories)).id })
      expect(await repositories.sessions.endAll(user.id, kept.id, at(60))).to.equal(2)
      expect(await liveSessionsOf(repositories, user.id, at(61))).to.deep.equal([kept])
      expect(await repositories.sessions.findLive(first?.id ?? kept.id, at(61))).to.equal(undefined)
      expect(await repositories.sessions.findLive(foreign.id, at(61))).to.not.equal(undefined)
    })

    it('ends all where none is to be kept', async () => {
      await race(3, () => aStoredSession(repositories, { userId: user.id }))
      expect(await repositories.sessions.endAll(user.id, undefined, at(60))).to.equal(3)
      expect(await repositories.sessions.endAll(user.id, undefined, at(60))).to.equal(0)
    })
  })

  describe('listLive', () => {
    keysetPagingContract(async () => ({
      insert: async (createdAt) => (await aStoredSession(repositories, { userId: user.id, createdAt })).id,
      remove: async (id) => {
        await repositories.sessions.end(id as SessionId, user.id, at(10))
      },
      list: (page) => repositories.sessions.listLive(user.id, page, at(20)),
      order: 'newest-first',
    }))

    it('lists the living sessions of the user, newest first', async () => {
      const userId = user.id
      const second = await aStoredSession(repositories, { userId, createdAt: at(2) })
      const first = await aStoredSession(repositories, { userId, createdAt: at(1) })
      const third = await aStoredSession(repositories, { userId, createdAt: at(3) })
      const ended = await aStoredSession(repositories, { userId })
      await repositories.sessions.end(ended.id, userId, at(10))
      await aStoredSession(repositories, { userId, idleExpiresAt: at(60) })
      await aStoredSession(repositories, { userId: (await aStoredUser(repositories)).id })
      expect(await liveSessionsOf(repositories, userId, at(60))).to.deep.equal([third, second, first])
    })
  })

  describe('removeDead', () => {
    it('forgets what ended or expired before the moment, and counts it', async () => {
      const userId = user.id
      const living = await aStoredSession(repositories, { userId })
      const endedLate = await aStoredSession(repositories, { userId })
      const endedEarly = await aStoredSession(repositories, { userId })
      await aStoredSession(repositories, { userId, idleExpiresAt: at(50) })
      await aStoredSession(repositories, { userId, expiresAt: at(50) })
      await repositories.sessions.end(endedEarly.id, userId, at(40))
      await repositories.sessions.end(endedLate.id, userId, at(70))
      expect(await repositories.sessions.removeDead(at(60))).to.equal(3)
      expect(await repositories.sessions.removeDead(at(60))).to.equal(0)
      expect(await repositories.sessions.removeDead(at(80))).to.equal(1)
      expect(await liveSessionsOf(repositories, userId, at(80))).to.deep.equal([living])
    })
  })
}
