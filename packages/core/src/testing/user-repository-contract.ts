import { expect } from 'chai'
import type { UserId } from '../ids.ts'
import type { Repositories } from '../repositories.ts'
import { at, anEmailAddress, aUser } from './builders.ts'
import { keysetPagingContract } from './keyset-paging-contract.ts'
import { lastAdminContract } from './last-admin-contract.ts'
import { literalSearches } from './literal-search.ts'
import { countOf, race } from './race.ts'
import { aStoredSession, aStoredUser, liveSessionsOf } from './stored.ts'
import { userRemovalContract } from './user-removal-contract.ts'

/** What every `UserRepository` promises. `make` gives a fresh, empty set of repositories. */
export function userRepositoryContract({ make }: { readonly make: () => Promise<Repositories> }): void {
  let repositories: Repositories

  beforeEach(async () => {
    repositories = await make()
  })

  describe('insert', () => {
    it('stores a user, to be found by id and by e-mail address in any case', async () => {
      const user = aUser({ email: anEmailAddress('Ann.Lee@Example.com') })
      expect(await repositories.users.insert(user, 'hash')).to.equal('inserted')
      expect(await repositories.users.find(user.id)).to.deep.equal(user)
      expect(await repositories.users.findByEmail(anEmailAddress('ann.lee@EXAMPLE.com'))).to.deep.equal(user)
    })

    it('finds nobody where there is nobody', async () => {
      await aStoredUser(repositories)
      expect(await repositories.users.find(aUser().id)).to.equal(undefined)
      expect(await repositories.users.findByEmail(anEmailAddress('nobody@example.com'))).to.equal(undefined)
    })

    it('refuses an e-mail address that somebody has in another case, and stores nothing', async () => {
      await aStoredUser(repositories, { email: anEmailAddress('ann@example.com') })
      const second = aUser({ email: anEmailAddress('ANN@example.com') })
      expect(await repositories.users.insert(second, 'hash')).to.equal('email-taken')
      expect(await repositories.users.find(second.id)).to.equal(undefined)
      expect(await repositories.passwords.find(second.id)).to.equal(undefined)
    })

    it('compares the domains of e-mail addresses in their ASCII form', async () => {
      const user = await aStoredUser(repositories, { email: anEmailAddress('ann@пример.рф') })
      const spellings = ['ann@xn--e1afmkfd.xn--p1ai', 'Ann@ПРИМЕР.РФ.', 'ann＠пример。рф']
      for (const email of spellings.map(anEmailAddress)) {
        expect(await repositories.users.findByEmail(email), email).to.deep.equal(user)
        expect((await repositories.passwords.findByEmail(email))?.user, email).to.deep.equal(user)
        expect(await repositories.users.insert(aUser({ email }), 'hash'), email).to.equal('email-taken')
      }
    })

    it('lets one of many racing inserts of one e-mail address win', async () => {
      const variants = ['ann@example.com', 'Ann@example.com', 'ANN@EXAMPLE.COM', 'ann@Example.Com']
      const outcomes = await race(20, (index) =>
        repositories.users.insert(
          aUser({ email: anEmailAddress(variants[index % variants.length] ?? '') }),
          undefined,
        ),
      )
      expect(countOf(outcomes, 'inserted')).to.equal(1)
      expect(countOf(outcomes, 'email-taken')).to.equal(19)
    })

    it('stores any number of users without an e-mail address', async () => {
      const users = [aUser({ email: undefined }), aUser({ email: undefined })]
      for (const user of users) expect(await repositories.users.insert(user, undefined)).to.equal('inserted')
      for (const user of users) expect(await repositories.users.find(user.id)).to.deep.equal(user)
    })
  })

  describe('update', () => {
    it('changes what is given and nothing else', async () => {
      const user = await aStoredUser(repositories)
      const expected = { ...user, name: 'Zoë', updatedAt: at(60) }
      expect(await repositories.users.update(user.id, { name: 'Zoë' }, at(60))).to.deep.equal(expected)
      expect(await repositories.users.find(user.id)).to.deep.equal(expected)
    })

    it('changes everything that can be changed', async () => {
      const user = await aStoredUser(repositories)
      const changes = {
        name: 'Zoë',
        surname: 'Ng',
        email: anEmailAddress('zoe@example.com'),
        isAdmin: true,
        isActive: false,
      }
      const expected = { ...user, ...changes, updatedAt: at(60) }
      expect(await repositories.users.update(user.id, changes, at(60))).to.deep.equal(expected)
      expect(await repositories.users.find(user.id)).to.deep.equal(expected)
    })

    it('says so where there is no such user', async () => {
      expect(await repositories.users.update(aUser().id, { name: 'Zoë' }, at(60))).to.equal('absent')
    })

    it('changes nothing at all where the new e-mail address is taken', async () => {
      await aStoredUser(repositories, { email: anEmailAddress('ann@example.com') })
      const user = await aStoredUser(repositories)
      const changes = { name: 'Zoë', email: anEmailAddress('ANN@example.com') }
      expect(await repositories.users.update(user.id, changes, at(60))).to.equal('email-taken')
      expect(await repositories.users.find(user.id)).to.deep.equal(user)
    })

    it('lets a user write the own e-mail address in another way', async () => {
      const user = await aStoredUser(repositories, { email: anEmailAddress('ann@example.com') })
      const email = anEmailAddress('Ann@Example.com')
      await repositories.users.update(user.id, { email }, at(60))
      expect(await repositories.users.findByEmail(email)).to.include({ id: user.id, email })
    })

    it('sets the old e-mail address free', async () => {
      const user = await aStoredUser(repositories, { email: anEmailAddress('ann@example.com') })
      await repositories.users.update(user.id, { email: anEmailAddress('zoe@example.com') }, at(60))
      const next = aUser({ email: anEmailAddress('ann@example.com') })
      expect(await repositories.users.insert(next, undefined)).to.equal('inserted')
    })

    it('lets one of many racing changes to one e-mail address win', async () => {
      const users = await race(8, () => aStoredUser(repositories))
      const email = anEmailAddress('ann@example.com')
      const outcomes = await race(8, (index) =>
        repositories.users.update(users[index]?.id ?? aUser().id, { email }, at(60)),
      )
      expect(countOf(outcomes, 'email-taken')).to.equal(7)
    })

    it('ends the sessions of a user who is deactivated, for good', async () => {
      const user = await aStoredUser(repositories)
      const session = await aStoredSession(repositories, { userId: user.id })
      const other = await aStoredSession(repositories, { userId: (await aStoredUser(repositories)).id })
      await repositories.users.update(user.id, { isActive: false }, at(60))
      expect(await liveSessionsOf(repositories, user.id, at(61))).to.deep.equal([])
      await repositories.users.update(user.id, { isActive: true }, at(120))
      expect(await repositories.sessions.findLive(session.id, at(121))).to.equal(undefined)
      expect(await repositories.sessions.findLive(other.id, at(121))).to.not.equal(undefined)
    })

    it('leaves the sessions of a user whose role changes', async () => {
      const user = await aStoredUser(repositories)
      const session = await aStoredSession(repositories, { userId: user.id })
      await repositories.users.update(user.id, { isAdmin: true, name: 'Zoë' }, at(60))
      expect(await repositories.sessions.findLive(session.id, at(61))).to.have.nested.property(
        'user.isAdmin',
        true,
      )
    })
  })

  describe('the last administrator', () => {
    lastAdminContract(make)
  })

  describe('remove', () => {
    userRemovalContract(make)
  })

  describe('list', () => {
    keysetPagingContract(async () => ({
      insert: async (createdAt) => (await aStoredUser(repositories, { createdAt })).id,
      remove: async (id) => {
        await repositories.users.remove(id as UserId, at(60))
      },
      list: (page) => repositories.users.list(page, { search: undefined }),
      order: 'newest-first',
    }))

    it('shows whole users', async () => {
      const user = await aStoredUser(repositories, { email: undefined, isActive: false })
      const { items } = await repositories.users.list({ limit: 10, after: undefined }, { search: undefined })
      expect(items).to.deep.equal([user])
    })

    it('finds part of a name, a surname or an e-mail address in any case', async () => {
      const names = { name: 'Nobody', surname: 'Else' }
      const wanted = [
        await aStoredUser(repositories, { ...names, name: 'Margarethe' }),
        await aStoredUser(repositories, { ...names, surname: 'deGARE' }),
        await aStoredUser(repositories, { ...names, email: anEmailAddress('Garet@example.com') }),
      ]
      await aStoredUser(repositories, { ...names, email: undefined })
      const { items } = await repositories.users.list({ limit: 10, after: undefined }, { search: 'gare' })
      expect(items.map(({ id }) => id)).to.have.members(wanted.map(({ id }) => id))
    })

    it('finds nobody by a text that no database can hold', async () => {
      await aStoredUser(repositories)
      const page = { limit: 10, after: undefined }
      expect((await repositories.users.list(page, { search: 'A\0nn' })).items).to.deep.equal([])
    })

    for (const { search, match, other } of literalSearches) {
      it(`takes ${search} as it is written`, async () => {
        const wanted = await aStoredUser(repositories, { name: match })
        await aStoredUser(repositories, { name: other })
        const { items } = await repositories.users.list({ limit: 10, after: undefined }, { search })
        expect(items.map(({ id }) => id)).to.deep.equal([wanted.id])
      })
    }
  })
}
