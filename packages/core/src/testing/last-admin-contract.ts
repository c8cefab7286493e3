import { expect } from 'chai'
import type { UserId } from '../ids.ts'
import type { Repositories } from '../repositories.ts'
import { at } from './builders.ts'
import { countOf, race } from './race.ts'
import { aStoredUser } from './stored.ts'

/** Part of the contract of `UserRepository`. */
export function lastAdminContract(make: () => Promise<Repositories>): void {
  let repositories: Repositories

  beforeEach(async () => {
    repositories = await make()
  })

  const isActiveAdmin = async (id: UserId): Promise<boolean> => {
    const user = await repositories.users.find(id)
    return user !== undefined && user.isAdmin && user.isActive
  }

  for (const changes of [{ isAdmin: false }, { isActive: false }, { isAdmin: false, isActive: false }]) {
    it(`cannot be changed by ${JSON.stringify(changes)}, and nothing else of that change is applied`, async () => {
      const admin = await aStoredUser(repositories, { isAdmin: true })
      // Neither of the two stands in for the last one.
      await aStoredUser(repositories, { isAdmin: true, isActive: false })
      await aStoredUser(repositories)
      expect(await repositories.users.update(admin.id, { ...changes, name: 'Zoë' }, at(60))).to.equal(
        'last-admin',
      )
      expect(await repositories.users.find(admin.id)).to.deep.equal(admin)
    })
  }

  it('cannot be removed', async () => {
    const admin = await aStoredUser(repositories, { isAdmin: true })
    await aStoredUser(repositories, { isAdmin: true, isActive: false })
    expect(await repositories.users.remove(admin.id, at(60))).to.equal('last-admin')
    expect(await repositories.users.find(admin.id)).to.deep.equal(admin)
  })

  it('may change in every other way', async () => {
    const admin = await aStoredUser(repositories, { isAdmin: true })
    const changes = { name: 'Zoë', isAdmin: true, isActive: true }
    expect(await repositories.users.update(admin.id, changes, at(60))).to.include({ name: 'Zoë' })
  })

  it('is one only among active administrators: the others come and go', async () => {
    const inactive = await aStoredUser(repositories, { isAdmin: true, isActive: false })
    const user = await aStoredUser(repositories)
    expect(await repositories.users.update(inactive.id, { isAdmin: false }, at(60))).to.be.an('object')
    expect(await repositories.users.update(user.id, { isActive: false }, at(60))).to.be.an('object')
    expect(await repositories.users.remove(user.id, at(60))).to.be.an('object')
  })

  it('is the one of two who are demoted at once that stays', async () => {
    const admins = await race(2, () => aStoredUser(repositories, { isAdmin: true }))
    const outcomes = await Promise.all(
      admins.map(({ id }) => repositories.users.update(id, { isAdmin: false }, at(60))),
    )
    expect(countOf(outcomes, 'last-admin')).to.equal(1)
    expect(await Promise.all(admins.map(({ id }) => isActiveAdmin(id)))).to.have.members([true, false])
  })

  it('stays, however many are demoted, deactivated and removed at once', async () => {
    const admins = await race(9, () => aStoredUser(repositories, { isAdmin: true }))
    const outcomes = await Promise.all(
      admins.map(({ id }, index) => {
        if (index % 3 === 0) return repositories.users.remove(id, at(60))
        const changes = index % 3 === 1 ? { isAdmin: false } : { isActive: false }
        return repositories.users.update(id, changes, at(60))
      }),
    )
    expect(outcomes.filter((outcome) => outcome === 'last-admin')).to.have.length(1)
    const left = await Promise.all(admins.map(({ id }) => isActiveAdmin(id)))
    expect(countOf(left, true)).to.equal(1)
  })
}
