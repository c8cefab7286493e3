import { expect } from 'chai'
import type { Repositories } from '../repositories.ts'
import { anEmailAddress, aUser } from './builders.ts'
import { countOf, race } from './race.ts'
import { aStoredUser } from './stored.ts'

/** What every `ExternalIdentityRepository` promises. `make` gives a fresh, empty set of repositories. */
export function externalIdentityRepositoryContract({
  make,
}: {
  readonly make: () => Promise<Repositories>
}): void {
  const identity = { provider: 'fake', subject: '1000' }
  let repositories: Repositories

  beforeEach(async () => {
    repositories = await make()
  })

  it('finds nobody where there is nobody', async () => {
    expect(await repositories.identities.findUser(identity)).to.equal(undefined)
  })

  it('stores a user with an identity and without a password', async () => {
    const user = aUser({ name: '', surname: '', email: undefined })
    expect(await repositories.identities.insertUser(user, identity)).to.equal('inserted')
    expect(await repositories.identities.findUser(identity)).to.deep.equal(user)
    expect(await repositories.users.find(user.id)).to.deep.equal(user)
    expect(await repositories.passwords.find(user.id)).to.deep.equal({ user, passwordHash: undefined })
  })

  it('finds a user who is not active, for the caller to refuse', async () => {
    const user = aUser({ isActive: false })
    await repositories.identities.insertUser(user, identity)
    expect(await repositories.identities.findUser(identity)).to.deep.equal(user)
  })

  it('tells identities apart by provider and subject, to the letter', async () => {
    const others = [
      { provider: 'fake', subject: '100' },
      { provider: 'fake', subject: 'a:b' },
      { provider: 'fake:a', subject: 'b' },
      { provider: 'fake', subject: 'A:B' },
      { provider: 'other', subject: '1000' },
    ]
    for (const other of [identity, ...others]) {
      expect(await repositories.identities.insertUser(aUser(), other)).to.equal('inserted')
    }
  })

  it('refuses an identity that is known, and stores nothing', async () => {
    const first = aUser()
    const second = aUser()
    await repositories.identities.insertUser(first, identity)
    expect(await repositories.identities.insertUser(second, identity)).to.equal('identity-taken')
    expect(await repositories.users.find(second.id)).to.equal(undefined)
    expect(await repositories.identities.findUser(identity)).to.deep.equal(first)
  })

  it('refuses an e-mail address that an account has in any case, and stores nothing', async () => {
    await aStoredUser(repositories, { email: anEmailAddress('ann@example.com') })
    const user = aUser({ email: anEmailAddress('ANN@example.com') })
    expect(await repositories.identities.insertUser(user, identity)).to.equal('email-taken')
    expect(await repositories.users.find(user.id)).to.equal(undefined)
    expect(await repositories.identities.findUser(identity)).to.equal(undefined)
  })

  it('lets one of many racing first sign-ins of one identity win, and leaves nothing of the others', async () => {
    const users = Array.from({ length: 20 }, () => aUser({ email: undefined }))
    const outcomes = await race(20, (index) =>
      repositories.identities.insertUser(users[index] ?? aUser(), identity),
    )
    expect(countOf(outcomes, 'inserted')).to.equal(1)
    expect(countOf(outcomes, 'identity-taken')).to.equal(19)
    const { items } = await repositories.users.list({ limit: 100, after: undefined }, { search: undefined })
    expect(items).to.deep.equal([users[outcomes.indexOf('inserted')]])
  })

  it('lets one win where the racing first sign-ins carry one e-mail address too', async () => {
    const email = anEmailAddress('ann@example.com')
    const outcomes = await race(20, () => repositories.identities.insertUser(aUser({ email }), identity))
    expect(countOf(outcomes, 'inserted')).to.equal(1)
    expect(await repositories.identities.findUser(identity)).to.include({ email })
  })
}
