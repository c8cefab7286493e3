import { expect } from 'chai'
import { aSession, aUser, mediaTokenSignerContract } from '@audiohost/core/testing'
import { HmacMediaTokenSigner } from './hmac-media-token-signer.ts'
import { HmacRefreshTokenSigner } from './hmac-refresh-token-signer.ts'
import { JoseAccessTokenSigner } from './jose-access-token-signer.ts'
import { deriveServerKeys } from './server-keys.ts'

const [secret, nextSecret] = ['kT9vQ2mWzR7pLx4YbN8sJd3hFg6cVaE1', 'Zp4KqX8wHn2RvT7yLm5BcJ9sDf3GgA6U']
const signerUnder = (current: string, ...previous: readonly string[]) =>
  new HmacMediaTokenSigner({ keys: deriveServerKeys({ current, previous })['media-token'] })

describe('HmacMediaTokenSigner', () => {
  const sessionId = aSession().id

  mediaTokenSignerContract({
    make: async () => signerUnder(secret),
    makeStranger: async () => signerUnder(nextSecret),
  })

  it('verifies what a previous key signed, until that key is gone', () => {
    const token = signerUnder(secret).sign(sessionId)
    expect(signerUnder(nextSecret, secret).verify(token)).to.equal(sessionId)
    expect(signerUnder(nextSecret).verify(token)).to.equal(undefined)
  })

  it('refuses the same bytes in another base64url text', () => {
    const token = signerUnder(secret).sign(sessionId)
    for (const position of [token.indexOf('.') - 1, token.length - 1]) {
      for (const last of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_') {
        const text = token.slice(0, position) + last + token.slice(position + 1)
        if (text !== token) expect(signerUnder(secret).verify(text), text).to.equal(undefined)
      }
    }
  })
})

describe('the tokens of one server', () => {
  it('are accepted by the signer of their own kind only', async () => {
    const keys = deriveServerKeys({ current: secret })
    const access = await JoseAccessTokenSigner.create({
      keys: keys['access-token'],
      issuer: 'a',
      audience: 'a',
    })
    const refresh = new HmacRefreshTokenSigner({ keys: keys['refresh-token'] })
    const media = new HmacMediaTokenSigner({ keys: keys['media-token'] })
    const [sessionId, now] = [aSession().id, new Date()]
    const claims = { userId: aUser().id, sessionId, generation: 1, role: 'user', issuedAt: now } as const
    const expiresAt = new Date(now.getTime() + 60_000)
    const tokens = {
      access: await access.sign({ ...claims, expiresAt }),
      refresh: refresh.sign({ sessionId, generation: 1 }),
      media: media.sign(sessionId),
    }
    // Also with the prefix of another kind.
    const media2 = tokens.media.replace('ahm_', 'ahr_')
    const refresh2 = tokens.refresh.replace('ahr_', 'ahm_')
    for (const [kind, token] of [...Object.entries(tokens), ['none', media2], ['none', refresh2]]) {
      const text = String(token)
      expect((await access.verify(text, now)) !== undefined, `${kind} as access`).to.equal(kind === 'access')
      expect((await access.verifyIgnoringExpiry(text)) !== undefined).to.equal(kind === 'access')
      expect(refresh.verify(text) !== undefined, `${kind} as refresh`).to.equal(kind === 'refresh')
      expect(media.verify(text) !== undefined, `${kind} as media`).to.equal(kind === 'media')
    }
  })
})
