import { expect } from 'chai'
import {
  anAccount,
  inMemoryAdapters,
  refusalOf,
  type Account,
  type InMemoryAdapters,
} from '../testing/index.ts'
import { Authenticate } from './authenticate.ts'

describe('Authenticate', () => {
  let adapters: InMemoryAdapters
  let account: Account

  beforeEach(async () => {
    adapters = inMemoryAdapters()
    account = await anAccount(adapters)
  })

  const authenticate = (accessToken = account.tokens.accessToken) =>
    new Authenticate(adapters).execute({ accessToken })

  const expectRefusal = async (accessToken?: string): Promise<void> => {
    expect(await refusalOf(authenticate(accessToken))).to.include({ code: 'not_authenticated' })
  }

  it('returns the actor with the session and the address', async () => {
    const { accessToken } = account.tokens
    const { actor, user, session } = await new Authenticate(adapters).execute({
      accessToken,
      address: '192.0.2.1',
    })
    const address = '192.0.2.1'
    expect(actor).to.deep.equal({ userId: account.user.id, sessionId: session.id, isAdmin: false, address })
    expect(user).to.deep.equal(account.user)
  })

  it('goes by the role of now, not by that in the token', async () => {
    await adapters.users.update(account.user.id, { isAdmin: true }, adapters.clock.now())
    expect((await authenticate()).actor.isAdmin).to.equal(true)
    await anAccount(adapters, { isAdmin: true })
    await adapters.users.update(account.user.id, { isAdmin: false }, adapters.clock.now())
    expect((await authenticate()).actor.isAdmin).to.equal(false)
  })

  it('refuses what is no access token, a refresh token among it', async () => {
    for (const text of ['', 'nonsense', account.tokens.refreshToken, `${account.tokens.accessToken}x`]) {
      await expectRefusal(text)
    }
  })

  it('refuses a token from its end on', async () => {
    adapters.clock.advance(299)
    await authenticate()
    adapters.clock.advance(1)
    await expectRefusal()
  })

  it('refuses a token whose session was ended', async () => {
    const { userId, sessionId } = account.actor
    await adapters.sessions.end(sessionId, userId, adapters.clock.now())
    await expectRefusal()
  })

  it('refuses a user who is deactivated or removed, from the next request on', async () => {
    await adapters.users.update(account.user.id, { isActive: false }, adapters.clock.now())
    await expectRefusal()
    await adapters.users.remove(account.user.id, adapters.clock.now())
    await expectRefusal()
  })

  it('refuses a token that names a session of somebody else', async () => {
    const other = await anAccount(adapters)
    const now = adapters.clock.now()
    const claims = {
      userId: other.user.id,
      sessionId: account.actor.sessionId,
      generation: 1,
      role: 'user',
    } as const
    const expiresAt = new Date(now.getTime() + 60_000)
    await expectRefusal(await adapters.accessTokens.sign({ ...claims, issuedAt: now, expiresAt }))
  })
})
