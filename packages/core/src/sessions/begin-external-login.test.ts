import { createHash } from 'node:crypto'
import { expect } from 'chai'
import { inMemoryAdapters, refusalOf } from '../testing/index.ts'
import { BeginExternalLogin } from './begin-external-login.ts'
import type { PendingLogin } from './pending-login-repository.ts'

const sha256 = (text: string, encoding: 'hex' | 'base64url'): string =>
  createHash('sha256').update(text).digest(encoding)

describe('BeginExternalLogin', () => {
  const input = { provider: 'fake', returnTo: '/library' }

  it('sends the browser to the provider, and keeps only hashes of what it must bring back', async () => {
    const adapters = inMemoryAdapters()
    const kept: PendingLogin[] = []
    const pendingLogins = { insert: async (login: PendingLogin) => void kept.push(login) }
    const begun = await new BeginExternalLogin({ ...adapters, pendingLogins }).execute(input)

    const query = new URL(begun.redirectTo).searchParams
    const state = query.get('state') ?? ''
    expect(state).to.have.length.at.least(43).and.not.equal(begun.browserKey)
    expect(kept).to.have.length(1)
    const [login] = kept
    expect(login).to.deep.equal({
      stateHash: sha256(state, 'hex'),
      browserKeyHash: sha256(begun.browserKey, 'hex'),
      provider: 'fake',
      codeVerifier: login?.codeVerifier,
      returnTo: '/library',
      expiresAt: new Date('2026-01-01T00:10:00.000Z'),
    })
    expect(query.get('code_challenge')).to.equal(sha256(login?.codeVerifier ?? '', 'base64url'))
    expect(JSON.stringify(begun)).to.not.include(login?.codeVerifier ?? '')
  })

  it('uses new secrets each time', async () => {
    const beginLogin = new BeginExternalLogin(inMemoryAdapters())
    const [first, second] = [await beginLogin.execute(input), await beginLogin.execute(input)]
    expect(first.browserKey).to.not.equal(second.browserKey)
    expect(first.redirectTo).to.not.equal(second.redirectTo)
  })

  it('says so where the provider is not configured', async () => {
    const beginLogin = new BeginExternalLogin(inMemoryAdapters())
    for (const provider of ['other', '', 'FAKE', '__proto__']) {
      expect(await refusalOf(beginLogin.execute({ ...input, provider }))).to.include({
        code: 'provider_not_configured',
      })
    }
  })
})
