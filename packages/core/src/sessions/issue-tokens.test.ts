import { expect } from 'chai'
import { aSession, at, aUser, inMemoryAdapters } from '../testing/index.ts'
import { issueTokens } from './issue-tokens.ts'

describe('issueTokens', () => {
  const adapters = inMemoryAdapters()
  const user = aUser()

  it('names user, session and role for five minutes, and the session until it would be idle', async () => {
    const session = aSession({ userId: user.id, generation: 7, idleExpiresAt: at(3600) })
    const tokens = await issueTokens(adapters, { session, user }, at(0))
    expect(tokens).to.include({ accessTtlSeconds: 300, refreshTtlSeconds: 3600 })
    expect(await adapters.accessTokens.verify(tokens.accessToken, at(299))).to.deep.equal({
      userId: user.id,
      sessionId: session.id,
      generation: 7,
      role: 'user',
      issuedAt: at(0),
      expiresAt: at(300),
    })
    expect(adapters.refreshTokens.verify(tokens.refreshToken)).to.deep.equal({
      sessionId: session.id,
      generation: 7,
    })
  })

  it('gives an administrator the role of one', async () => {
    const admin = aUser({ isAdmin: true })
    const { accessToken } = await issueTokens(adapters, { session: aSession(), user: admin }, at(0))
    expect(await adapters.accessTokens.verify(accessToken, at(1))).to.include({ role: 'admin' })
  })

  it('gives no token a longer life than its session has', async () => {
    const session = aSession({ expiresAt: at(100), idleExpiresAt: at(3600) })
    const tokens = await issueTokens(adapters, { session, user }, at(40.5))
    expect(tokens).to.include({ accessTtlSeconds: 59, refreshTtlSeconds: 59 })
  })

  it('counts no life below nothing', async () => {
    const tokens = await issueTokens(adapters, { session: aSession({ expiresAt: at(1) }), user }, at(10))
    expect(tokens).to.include({ accessTtlSeconds: 0, refreshTtlSeconds: 0 })
  })
})
