import { expect } from 'chai'
import {
  anAccount,
  anEmailAddress,
  inMemoryAdapters,
  liveSessionsOf,
  race,
  refusalOf,
  type InMemoryAdapters,
} from '../testing/index.ts'
import { Authenticate } from './authenticate.ts'
import { BeginExternalLogin } from './begin-external-login.ts'
import {
  CompleteExternalLogin,
  type CompleteExternalLoginDependencies,
  type CompleteExternalLoginInput,
} from './complete-external-login.ts'
import type { ExternalProfile } from './identity-provider.ts'

describe('CompleteExternalLogin', () => {
  const ann: ExternalProfile = { subject: '1000', email: 'ann@example.com', name: 'Ann', surname: 'Lee' }
  let adapters: InMemoryAdapters

  beforeEach(() => {
    adapters = inMemoryAdapters()
  })

  /** What the callback gets from somebody who went to the provider and came back. */
  const aCallback = async (profile: ExternalProfile = ann): Promise<CompleteExternalLoginInput> => {
    const begun = await new BeginExternalLogin(adapters).execute({ provider: 'fake', returnTo: '/library' })
    adapters.provider.profile = profile
    const { code, state } = adapters.provider.approve(begun.redirectTo)
    return { provider: 'fake', code, state, browserKey: begun.browserKey, userAgent: 'Browser 1.0' }
  }

  const complete = (
    input: CompleteExternalLoginInput,
    deps: Partial<CompleteExternalLoginDependencies> = {},
  ) => new CompleteExternalLogin({ ...adapters, ...deps }).execute(input)

  const signIn = async (profile?: ExternalProfile) => complete(await aCallback(profile))

  const users = async () =>
    (await adapters.users.list({ limit: 100, after: undefined }, { search: undefined })).items

  it('opens an account without a password at the first sign-in, and a session', async () => {
    const { user, tokens, returnTo } = await signIn()
    expect(user).to.include({
      name: 'Ann',
      surname: 'Lee',
      email: 'ann@example.com',
      isAdmin: false,
      isActive: true,
    })
    expect(await adapters.passwords.find(user.id)).to.deep.equal({ user, passwordHash: undefined })
    expect(returnTo).to.equal('/library')
    const { actor } = await new Authenticate(adapters).execute({ accessToken: tokens.accessToken })
    expect(actor.userId).to.equal(user.id)
  })

  it('signs the same person in later, whatever their profile says by then, and changes nothing', async () => {
    const { user } = await signIn()
    const later = await signIn({ ...ann, email: 'new@example.com', name: 'Annabel' })
    expect(later.user).to.deep.equal(user)
    expect(await users()).to.deep.equal([user])
  })

  it('takes another subject with the same address for somebody else', async () => {
    await signIn()
    const refusal = await refusalOf(signIn({ ...ann, subject: '2000' }))
    expect(refusal).to.include({ code: 'email_taken_by_other_account' })
    expect(await users()).to.have.length(1)
  })

  it('never gives access to an account by its e-mail address', async () => {
    const account = await anAccount(adapters, { email: anEmailAddress('ANN@example.com') })
    expect(await refusalOf(signIn())).to.include({ code: 'email_taken_by_other_account' })
    expect(await liveSessionsOf(adapters, account.user.id, adapters.clock.now())).to.have.length(1)
    // And neither at the second try.
    expect(await refusalOf(signIn())).to.include({ code: 'email_taken_by_other_account' })
  })

  it('does without everything but the subject', async () => {
    const silent = { subject: '1000', email: undefined, name: undefined, surname: undefined }
    const { user } = await signIn(silent)
    expect(user).to.include({ name: '', surname: '', email: undefined })
    expect((await signIn(silent)).user.id).to.equal(user.id)
  })

  it('makes the best of a profile that holds anything', async () => {
    const odd = {
      subject: '1000',
      email: 'not an address',
      name: `\0<b>${'x'.repeat(300)}`,
      surname: ' \u202e\n ',
    }
    const { user } = await signIn(odd)
    expect(user).to.include({ name: `<b>${'x'.repeat(97)}`, surname: '', email: undefined })
  })

  it('opens one account for many racing first sign-ins of one person', async () => {
    const callbacks = await race(20, () => aCallback())
    const signedIn = await Promise.all(callbacks.map((callback) => complete(callback)))
    expect(new Set(signedIn.map(({ user }) => user.id)).size).to.equal(1)
    expect(await users()).to.have.length(1)
  })

  it('finds the account of the racer, whichever of address and identity they took first', async () => {
    for (const outcome of ['email-taken', 'identity-taken'] as const) {
      adapters = inMemoryAdapters()
      const { user } = await signIn()
      let asked = 0
      const identities: CompleteExternalLoginDependencies['identities'] = {
        findUser: async (identity) => (asked++ === 0 ? undefined : adapters.identities.findUser(identity)),
        insertUser: async () => outcome,
      }
      expect((await complete(await aCallback(), { identities })).user).to.deep.equal(user)
    }
  })

  it('refuses a user who is not active, and one who is deactivated at that moment', async () => {
    const { user } = await signIn()
    const sessions = { insert: async () => 'user-absent' as const }
    expect(await refusalOf(complete(await aCallback(), { sessions }))).to.include({ code: 'oauth_denied' })
    await adapters.users.update(user.id, { isActive: false }, adapters.clock.now())
    expect(await refusalOf(signIn())).to.include({ code: 'oauth_denied', by: 'account' })
  })

  describe('what did not begin here', () => {
    for (const [what, forge] of [
      ['no state', { state: undefined }],
      ['an invented state', { state: 'invented' }],
      ['no browser key', { browserKey: undefined }],
      ['the key of another browser', { browserKey: 'another' }],
    ] as const) {
      it(`is refused with ${what}, and the right browser may still go on`, async () => {
        const callback = await aCallback()
        expect(await refusalOf(complete({ ...callback, ...forge }))).to.include({
          code: 'oauth_state_invalid',
        })
        expect(await users()).to.deep.equal([])
        await complete(callback)
      })
    }

    it('is refused where another browser brings its own key to a foreign state', async () => {
      const [victim, attacker] = [await aCallback(), await aCallback({ ...ann, subject: '666' })]
      const forged = { ...attacker, browserKey: victim.browserKey }
      expect(await refusalOf(complete(forged))).to.include({ code: 'oauth_state_invalid' })
    })

    it('is refused the second time', async () => {
      const callback = await aCallback()
      await complete(callback)
      expect(await refusalOf(complete(callback))).to.include({ code: 'oauth_state_invalid' })
    })

    it('is refused after ten minutes', async () => {
      const callback = await aCallback()
      adapters.clock.advance(600)
      expect(await refusalOf(complete(callback))).to.include({ code: 'oauth_state_invalid' })
    })

    it('is refused with a code that was given for another sign-in', async () => {
      const [mine, stolen] = [await aCallback(), await aCallback({ ...ann, subject: '666' })]
      expect(await refusalOf(complete({ ...mine, code: stolen.code }))).to.include({ code: 'oauth_denied' })
      expect(await users()).to.deep.equal([])
    })
  })

  it('is denied where the person refused, and the state is used up', async () => {
    const callback = await aCallback()
    // Nothing is asked of a provider that gave no code.
    adapters.provider.down = true
    expect(await refusalOf(complete({ ...callback, code: undefined }))).to.include({ code: 'oauth_denied' })
    expect(await refusalOf(complete(callback))).to.include({ code: 'oauth_state_invalid' })
  })

  it('says so where the provider is down, and opens nothing', async () => {
    const callback = await aCallback()
    adapters.provider.down = true
    expect(await refusalOf(complete(callback))).to.include({ code: 'provider_unavailable' })
    expect(await users()).to.deep.equal([])
  })

  it('says so where the provider is not configured', async () => {
    const callback = await aCallback()
    const refusal = await refusalOf(complete({ ...callback, provider: 'other' }))
    expect(refusal).to.include({ code: 'provider_not_configured' })
  })
})
