import { expect } from 'chai'
import type { Repositories } from '../repositories.ts'
import type { User } from '../users/user.ts'
import { anEmailAddress, at, aUser } from './builders.ts'
import { aStoredSession, aStoredUser, liveSessionsOf } from './stored.ts'

/** What every `PasswordRepository` promises. `make` gives a fresh, empty set of repositories. */
export function passwordRepositoryContract({ make }: { readonly make: () => Promise<Repositories> }): void {
  let repositories: Repositories
  let user: User

  beforeEach(async () => {
    repositories = await make()
    user = aUser({ email: anEmailAddress('ann@example.com') })
    await repositories.users.insert(user, 'first hash')
  })

  const storedHash = async (): Promise<string | undefined> =>
    (await repositories.passwords.find(user.id))?.passwordHash

  it('finds user and hash by id and by e-mail address in any case', async () => {
    const expected = { user, passwordHash: 'first hash' }
    expect(await repositories.passwords.find(user.id)).to.deep.equal(expected)
    expect(await repositories.passwords.findByEmail(anEmailAddress('ANN@Example.com'))).to.deep.equal(
      expected,
    )
  })

  it('finds nothing where there is nobody', async () => {
    expect(await repositories.passwords.find(aUser().id)).to.equal(undefined)
    expect(await repositories.passwords.findByEmail(anEmailAddress('nobody@example.com'))).to.equal(undefined)
  })

  it('finds an account without a password, and one that is not active', async () => {
    const passwordless = aUser({ isActive: false })
    await repositories.users.insert(passwordless, undefined)
    expect(await repositories.passwords.find(passwordless.id)).to.deep.equal({
      user: passwordless,
      passwordHash: undefined,
    })
  })

  it('rehashes while the hash is still the same', async () => {
    await repositories.passwords.rehash(user.id, { from: 'first hash', to: 'stronger hash' })
    expect(await storedHash()).to.equal('stronger hash')
  })

  it('does not rehash over a changed password', async () => {
    await repositories.passwords.change(user.id, 'second hash', undefined, at(60))
    await repositories.passwords.rehash(user.id, { from: 'first hash', to: 'stronger hash' })
    expect(await storedHash()).to.equal('second hash')
  })

  it('keeps the changed password, whichever way a change and a rehash race', async () => {
    await Promise.all([
      repositories.passwords.rehash(user.id, { from: 'first hash', to: 'stronger hash' }),
      repositories.passwords.change(user.id, 'second hash', undefined, at(60)),
      repositories.passwords.rehash(user.id, { from: 'first hash', to: 'stronger hash' }),
    ])
    expect(await storedHash()).to.equal('second hash')
  })

  it('rehashes for nobody else', async () => {
    const other = aUser()
    await repositories.users.insert(other, 'first hash')
    await repositories.passwords.rehash(user.id, { from: 'first hash', to: 'stronger hash' })
    expect(await repositories.passwords.find(other.id)).to.have.property('passwordHash', 'first hash')
  })

  it('gives a first password to an account that had none', async () => {
    const passwordless = aUser()
    await repositories.users.insert(passwordless, undefined)
    await repositories.passwords.change(passwordless.id, 'hash', undefined, at(60))
    expect(await repositories.passwords.find(passwordless.id)).to.have.property('passwordHash', 'hash')
  })

  it('ends every session of the user but the one to keep when the password changes', async () => {
    const kept = await aStoredSession(repositories, { userId: user.id })
    const ended = await aStoredSession(repositories, { userId: user.id })
    const { id: userId } = await aStoredUser(repositories)
    const foreign = await aStoredSession(repositories, { userId })
    await repositories.passwords.change(user.id, 'second hash', kept.id, at(60))
    expect(await repositories.sessions.findLive(kept.id, at(61))).to.not.equal(undefined)
    expect(await repositories.sessions.findLive(ended.id, at(61))).to.equal(undefined)
    expect(await repositories.sessions.findLive(foreign.id, at(61))).to.not.equal(undefined)
  })

  it('ends every session where none is to be kept', async () => {
    await aStoredSession(repositories, { userId: user.id })
    await repositories.passwords.change(user.id, 'second hash', undefined, at(60))
    expect(await liveSessionsOf(repositories, user.id, at(61))).to.deep.equal([])
  })

  it('does nothing for a user who is gone', async () => {
    const { id } = aUser()
    await repositories.passwords.change(id, 'hash', undefined, at(60))
    await repositories.passwords.rehash(id, { from: 'hash', to: 'stronger hash' })
    expect(await repositories.passwords.find(id)).to.equal(undefined)
  })
}
