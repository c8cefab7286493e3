import { expect } from 'chai'
import type { Repositories } from '../repositories.ts'
import type { PendingLogin } from '../sessions/pending-login-repository.ts'
import { at } from './builders.ts'
import { race } from './race.ts'

/** What every `PendingLoginRepository` promises. `make` gives a fresh, empty set of repositories. */
export function pendingLoginRepositoryContract({
  make,
}: {
  readonly make: () => Promise<Repositories>
}): void {
  const login: PendingLogin = {
    stateHash: '1a'.repeat(32),
    browserKeyHash: '2b'.repeat(32),
    provider: 'fake',
    codeVerifier: 'verifier-of-the-first-login',
    returnTo: '/library?q=a%20b',
    expiresAt: at(600),
  }
  let repositories: Repositories

  beforeEach(async () => {
    repositories = await make()
    await repositories.pendingLogins.insert(login, 5)
  })

  it('gives a login out once', async () => {
    expect(await repositories.pendingLogins.consume(login, at(1))).to.deep.equal(login)
    expect(await repositories.pendingLogins.consume(login, at(1))).to.equal(undefined)
  })

  it('gives a login to one of many racing callers', async () => {
    const taken = await race(20, () => repositories.pendingLogins.consume(login, at(1)))
    expect(taken.filter((one) => one !== undefined)).to.deep.equal([login])
  })

  for (const [what, changed] of [
    ['another state', { stateHash: '3c'.repeat(32) }],
    ['another browser', { browserKeyHash: '3c'.repeat(32) }],
    ['another provider', { provider: 'other' }],
  ] as const) {
    it(`gives nothing to ${what}, and keeps the login for the right one`, async () => {
      expect(await repositories.pendingLogins.consume({ ...login, ...changed }, at(1))).to.equal(undefined)
      expect(await repositories.pendingLogins.consume(login, at(1))).to.deep.equal(login)
    })
  }

  it('gives an expired login to nobody', async () => {
    expect(await repositories.pendingLogins.consume(login, at(600))).to.equal(undefined)
    expect(await repositories.pendingLogins.consume(login, at(599))).to.deep.equal(login)
  })

  it('keeps the logins of one browser apart', async () => {
    const second = { ...login, stateHash: '4d'.repeat(32), codeVerifier: 'verifier-of-the-second-login' }
    await repositories.pendingLogins.insert(second, 5)
    expect(await repositories.pendingLogins.consume(login, at(1))).to.deep.equal(login)
    expect(await repositories.pendingLogins.consume(second, at(1))).to.deep.equal(second)
  })

  it('keeps the newest logins of one browser, and those of others', async () => {
    const { pendingLogins } = repositories
    const other = { ...login, stateHash: '6f'.repeat(32), browserKeyHash: '7a'.repeat(32) }
    await pendingLogins.insert(other, 2)
    const later = ['a1', 'a2'].map((text, index) => ({
      ...login,
      stateHash: text.repeat(32),
      expiresAt: at(601 + index),
    }))
    for (const one of later) await pendingLogins.insert(one, 2)
    expect(await pendingLogins.consume(login, at(1))).to.equal(undefined)
    for (const one of [...later, other]) expect(await pendingLogins.consume(one, at(1))).to.deep.equal(one)
  })

  it('forgets expired logins and no others', async () => {
    const expired = { ...login, stateHash: '5e'.repeat(32), expiresAt: at(10) }
    await repositories.pendingLogins.insert(expired, 5)
    expect(await repositories.pendingLogins.removeExpired(at(60))).to.equal(1)
    expect(await repositories.pendingLogins.removeExpired(at(60))).to.equal(0)
    expect(await repositories.pendingLogins.consume(expired, at(1))).to.equal(undefined)
    expect(await repositories.pendingLogins.consume(login, at(1))).to.deep.equal(login)
  })
}
