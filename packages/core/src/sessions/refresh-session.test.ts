import { expect } from 'chai'
import sinon from 'sinon'
import {
  anAccount,
  inMemoryAdapters,
  race,
  refusalOf,
  type Account,
  type InMemoryAdapters,
} from '../testing/index.ts'
import { Authenticate } from './authenticate.ts'
import type { SignedIn } from './issue-tokens.ts'
import { RefreshSession } from './refresh-session.ts'

describe('RefreshSession', () => {
  let adapters: InMemoryAdapters
  let account: Account

  beforeEach(async () => {
    adapters = inMemoryAdapters()
    account = await anAccount(adapters)
    adapters.clock.advance(60)
  })

  const refresh = (refreshToken: string): Promise<SignedIn> =>
    new RefreshSession(adapters).execute({ refreshToken })

  const refreshed = async (refreshToken: string): Promise<string> =>
    (await refresh(refreshToken)).tokens.refreshToken

  const authenticate = (accessToken: string) => new Authenticate(adapters).execute({ accessToken })

  const expectRefusal = async (refreshToken: string, code: string): Promise<void> => {
    expect(await refusalOf(refresh(refreshToken))).to.include({ code })
  }

  it('gives the next tokens of the same session', async () => {
    const { user, tokens } = await refresh(account.tokens.refreshToken)
    expect(user).to.deep.equal(account.user)
    expect(tokens).to.include({ accessTtlSeconds: 300, refreshTtlSeconds: 30 * 24 * 3600 })
    expect(tokens.refreshToken).to.not.equal(account.tokens.refreshToken)
    const { actor } = await new Authenticate(adapters).execute({ accessToken: tokens.accessToken })
    expect(actor).to.deep.equal(account.actor)
  })

  it('shows the user and the role of now', async () => {
    await adapters.users.update(account.user.id, { isAdmin: true }, adapters.clock.now())
    const { user, tokens } = await refresh(account.tokens.refreshToken)
    expect(user.isAdmin).to.equal(true)
    expect(await adapters.accessTokens.verify(tokens.accessToken, adapters.clock.now())).to.include({
      role: 'admin',
    })
  })

  it('gives racing tabs the same child, and each may go on with it', async () => {
    const children = await race(20, () => refreshed(account.tokens.refreshToken))
    expect(new Set(children).size).to.equal(1)
    await refresh(children[0] ?? '')
  })

  it('returns the same child again if the response was lost, however late the client retries', async () => {
    const child = await refreshed(account.tokens.refreshToken)
    for (const seconds of [9, 3600, 29 * 24 * 3600 - 3700]) {
      adapters.clock.advance(seconds)
      expect(await refreshed(account.tokens.refreshToken)).to.equal(child)
    }
  })

  it('returns the same child to a parallel tab for 10 s after the first use of its access token', async () => {
    const { tokens } = await refresh(account.tokens.refreshToken)
    await authenticate(tokens.accessToken)
    adapters.clock.advance(10)
    expect(await refreshed(account.tokens.refreshToken)).to.equal(tokens.refreshToken)
    adapters.clock.advance(1)
    await expectRefusal(account.tokens.refreshToken, 'refresh_token_reused')
  })

  it('does not confirm the child by an access token of its parent', async () => {
    const child = await refreshed(account.tokens.refreshToken)
    await authenticate(account.tokens.accessToken)
    adapters.clock.advance(60)
    expect(await refreshed(account.tokens.refreshToken)).to.equal(child)
  })

  it('confirms a generation with one write, and reads only after that', async () => {
    const confirm = sinon.spy(adapters.sessions, 'confirm')
    const { accessToken } = (await refresh(account.tokens.refreshToken)).tokens
    for (let request = 0; request < 5; request++) await authenticate(accessToken)
    expect(confirm.callCount).to.equal(1)
  })

  for (const thief of ['old', 'new'] as const) {
    it(`ends the session when a stolen token comes back, be it the thief who has the ${thief} one`, async () => {
      const stolen = account.tokens.refreshToken
      const child = await refreshed(stolen)
      const { accessToken } = (await refresh(child)).tokens
      await expectRefusal(stolen, 'refresh_token_reused')
      await expectRefusal(child, 'invalid_refresh_token')
      expect(await refusalOf(new Authenticate(adapters).execute({ accessToken }))).to.include({
        code: 'not_authenticated',
      })
    })
  }

  it('ends the session when the parent comes back after the grace', async () => {
    const { refreshToken: child, accessToken } = (await refresh(account.tokens.refreshToken)).tokens
    await authenticate(accessToken)
    adapters.clock.advance(11)
    await expectRefusal(account.tokens.refreshToken, 'refresh_token_reused')
    await expectRefusal(child, 'invalid_refresh_token')
  })

  it('leaves the other sessions of the user', async () => {
    const other = await account.signIn()
    await authenticate((await refresh(account.tokens.refreshToken)).tokens.accessToken)
    adapters.clock.advance(11)
    await expectRefusal(account.tokens.refreshToken, 'refresh_token_reused')
    await refresh(other.tokens.refreshToken)
  })

  it('refuses what is no refresh token, an access token among it', async () => {
    for (const text of ['', 'nonsense', account.tokens.accessToken, `${account.tokens.refreshToken}x`]) {
      await expectRefusal(text, 'invalid_refresh_token')
    }
  })

  it('refuses a session that was ended, and a user who is not active', async () => {
    const other = await account.signIn()
    await adapters.sessions.end(account.actor.sessionId, account.user.id, adapters.clock.now())
    await expectRefusal(account.tokens.refreshToken, 'invalid_refresh_token')
    await adapters.users.update(account.user.id, { isActive: false }, adapters.clock.now())
    await expectRefusal(other.tokens.refreshToken, 'invalid_refresh_token')
  })

  it('refuses a session that nobody used for thirty days', async () => {
    adapters.clock.advance(30 * 24 * 3600)
    await expectRefusal(account.tokens.refreshToken, 'invalid_refresh_token')
  })

  it('ends after 180 days, however often it was used, and says so beforehand', async () => {
    let { tokens } = account
    for (let days = 20; days < 180; days += 20) {
      adapters.clock.advance(20 * 24 * 3600)
      tokens = (await refresh(tokens.refreshToken)).tokens
    }
    expect(tokens.refreshTtlSeconds).to.equal(20 * 24 * 3600 - 60)
    adapters.clock.advance(20 * 24 * 3600)
    await expectRefusal(tokens.refreshToken, 'invalid_refresh_token')
  })
})
