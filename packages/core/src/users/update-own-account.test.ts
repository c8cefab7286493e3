import { expect } from 'chai'
import {
  anAccount,
  aUser,
  inMemoryAdapters,
  issuesOf,
  refusalOf,
  type Account,
  type InMemoryAdapters,
} from '../testing/index.ts'
import { Authenticate } from '../sessions/authenticate.ts'
import { LogIn } from '../sessions/log-in.ts'
import { UpdateOwnAccount } from './update-own-account.ts'

describe('UpdateOwnAccount', () => {
  const newPassword = 'quite another one'
  let adapters: InMemoryAdapters
  let update: UpdateOwnAccount
  let account: Account

  beforeEach(async () => {
    adapters = inMemoryAdapters()
    update = new UpdateOwnAccount(adapters)
    account = await anAccount(adapters)
    adapters.clock.advance(60)
  })

  const storedHash = async (): Promise<string> =>
    (await adapters.passwords.find(account.user.id))?.passwordHash ?? ''

  const expectNothingChanged = async (): Promise<void> => {
    expect(await adapters.users.find(account.user.id)).to.deep.equal(account.user)
    expect(await adapters.hasher.verify(account.password, await storedHash())).to.equal('match')
  }

  it('changes the name without a password, and ends no session', async () => {
    const other = await account.signIn()
    const user = await update.execute({ actor: account.actor, name: 'Zoë' })
    expect(user).to.deep.equal({ ...account.user, name: 'Zoë', updatedAt: adapters.clock.now() })
    expect(await adapters.sessions.findLive(other.actor.sessionId, adapters.clock.now())).to.not.equal(
      undefined,
    )
  })

  it('changes the password and ends every other session of the account', async () => {
    const [other, foreign] = [await account.signIn(), await anAccount(adapters)]
    const { actor, password: currentPassword } = account
    await update.execute({ actor, password: newPassword, currentPassword })
    expect(await adapters.hasher.verify(newPassword, await storedHash())).to.equal('match')
    const now = adapters.clock.now()
    expect(await adapters.sessions.findLive(actor.sessionId, now)).to.not.equal(undefined)
    expect(await adapters.sessions.findLive(other.actor.sessionId, now)).to.equal(undefined)
    expect(await adapters.sessions.findLive(foreign.actor.sessionId, now)).to.not.equal(undefined)
  })

  it('changes the e-mail address where the password is right', async () => {
    const { actor, password: currentPassword } = account
    expect(await update.execute({ actor, email: 'zoe@example.com', currentPassword })).to.include({
      email: 'zoe@example.com',
    })
  })

  for (const changes of [{ password: newPassword }, { email: 'zoe@example.com' }]) {
    it(`changes no ${Object.keys(changes).join()} without the current password or with a wrong one`, async () => {
      for (const currentPassword of [undefined, '', 'wrong']) {
        const attempt = update.execute({ actor: account.actor, name: 'Zoë', ...changes, currentPassword })
        expect(await refusalOf(attempt)).to.include({ code: 'wrong_password' })
      }
      await expectNothingChanged()
    })
  }

  describe('repeated because the response was lost', () => {
    const change = () => {
      const { actor, password: currentPassword } = account
      return update.execute({ actor, name: 'Zoë', password: newPassword, currentPassword })
    }

    it('succeeds again with the old current password, and ends no session that was opened since', async () => {
      const first = await change()
      const password = newPassword
      const since = await new LogIn(adapters).execute({ email: account.user.email, password, userAgent: '' })
      expect(await change()).to.deep.equal({ ...first, updatedAt: adapters.clock.now() })
      await new Authenticate(adapters).execute({ accessToken: since.tokens.accessToken })
    })

    it('is refused with a wrong current password and a new one that is not stored', async () => {
      await change()
      const { actor, password: currentPassword } = account
      const other = { actor, password: 'something else entirely', currentPassword }
      expect(await refusalOf(update.execute(other))).to.include({ code: 'wrong_password' })
      const email = { actor, email: 'zoe@example.com', currentPassword }
      expect(await refusalOf(update.execute(email))).to.include({ code: 'wrong_password' })
    })
  })

  it('takes the current password in the other way to write its accents', async () => {
    const hash = await adapters.hasher.hash('caf\u00e9 au lait')
    await adapters.passwords.change(account.user.id, hash, account.actor.sessionId, adapters.clock.now())
    const currentPassword = 'cafe\u0301 au lait'
    await update.execute({ actor: account.actor, password: newPassword, currentPassword })
    expect(await adapters.hasher.verify(newPassword, await storedHash())).to.equal('match')
  })

  it('gives a first password to an account without one', async () => {
    const user = aUser()
    await adapters.users.insert(user, undefined)
    const actor = { ...account.actor, userId: user.id }
    await update.execute({ actor, password: newPassword })
    const hash = (await adapters.passwords.find(user.id))?.passwordHash ?? ''
    expect(await adapters.hasher.verify(newPassword, hash)).to.equal('match')
  })

  it('names everything that is wrong at once, and changes nothing', async () => {
    const { actor, password: currentPassword } = account
    const wrong = { name: '', email: 'nonsense', password: 'short', currentPassword }
    expect(await issuesOf(update.execute({ actor, ...wrong }))).to.deep.equal([
      '/name: required',
      '/email: invalid_email',
      '/password: too_short',
    ])
    await expectNothingChanged()
  })

  it('takes no password that is the new name or the old address', async () => {
    const { actor, password: currentPassword, user } = account
    for (const password of ['Bartholomew', user.email]) {
      const attempt = update.execute({ actor, name: 'Bartholomew', password, currentPassword })
      expect(await issuesOf(attempt)).to.deep.equal(['/password: password_too_common'])
    }
  })

  it('changes nothing at all where the address is taken', async () => {
    const { actor, password: currentPassword } = account
    const { user: other } = await anAccount(adapters)
    const attempt = update.execute({ actor, email: other.email, password: newPassword, currentPassword })
    expect(await refusalOf(attempt)).to.include({ code: 'email_taken' })
    await expectNothingChanged()
  })

  it('changes nothing at all while the hasher is busy', async () => {
    const { actor, password: currentPassword } = account
    adapters.hasher.busy = true
    const attempt = update.execute({ actor, name: 'Zoë', password: newPassword, currentPassword })
    expect(await refusalOf(attempt)).to.include({ code: 'too_busy' })
    adapters.hasher.busy = false
    await expectNothingChanged()
  })

  it('lets nobody give themselves a role', async () => {
    const claim = { actor: account.actor, name: 'Zoë', isAdmin: true, isActive: false }
    expect(await update.execute(claim)).to.include({ isAdmin: false, isActive: true })
  })

  it('knows no account that is gone', async () => {
    await adapters.users.remove(account.user.id, adapters.clock.now())
    const attempt = update.execute({ actor: account.actor, name: 'Zoë' })
    expect(await refusalOf(attempt)).to.include({ code: 'not_authenticated' })
  })
})
