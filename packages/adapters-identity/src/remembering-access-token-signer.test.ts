import { expect } from 'chai'
import sinon from 'sinon'
import type { AccessClaims } from '@audiohost/core'
import { accessTokenSignerContract, aSession, at, aUser } from '@audiohost/core/testing'
import { JoseAccessTokenSigner } from './jose-access-token-signer.ts'
import { RememberingAccessTokenSigner } from './remembering-access-token-signer.ts'
import { deriveServerKeys } from './server-keys.ts'

const [secret, otherSecret] = ['kT9vQ2mWzR7pLx4YbN8sJd3hFg6cVaE1', 'Zp4KqX8wHn2RvT7yLm5BcJ9sDf3GgA6U']
const issuer = 'https://audio.example'

const joseSigner = (current: string): Promise<JoseAccessTokenSigner> => {
  const keys = deriveServerKeys({ current })['access-token']
  return JoseAccessTokenSigner.create({ keys, issuer, audience: issuer })
}

/** Has seen each token once already when the contract asks for it. */
class Warmed extends RememberingAccessTokenSigner {
  override async sign(claims: AccessClaims): Promise<string> {
    const token = await super.sign(claims)
    await this.verify(token, at(-1))
    return token
  }
}

const claims: AccessClaims = {
  userId: aUser().id,
  sessionId: aSession().id,
  generation: 1,
  role: 'user',
  issuedAt: at(0),
  expiresAt: at(300),
}

describe('RememberingAccessTokenSigner', () => {
  accessTokenSignerContract({
    make: async () => new RememberingAccessTokenSigner(await joseSigner(secret)),
    makeStranger: async () => new RememberingAccessTokenSigner(await joseSigner(otherSecret)),
  })

  describe('of tokens that it has seen', () => {
    accessTokenSignerContract({ make: async () => new Warmed(await joseSigner(secret)) })
  })

  it('verifies a token once, until it expires', async () => {
    const { signer, verify } = await aSpiedSigner()
    const token = await signer.sign(claims)
    for (const second of [0, 1, 299]) expect(await signer.verify(token, at(second))).to.deep.equal(claims)
    expect(verify.callCount).to.equal(1)
    expect(await signer.verify(token, at(300))).to.equal(undefined)
  })

  it('remembers no text that was refused', async () => {
    const { signer, verify } = await aSpiedSigner()
    for (let tries = 0; tries < 3; tries++) await signer.verify('a.b.c', at(1))
    expect(verify.callCount).to.equal(3)
  })

  it('forgets the token that was unused for longest where there are too many', async () => {
    const { signer, verify } = await aSpiedSigner({ maxTokens: 2 })
    const tokens = await Promise.all(
      [1, 2, 3].map((second) => signer.sign({ ...claims, issuedAt: at(second) })),
    )
    const [first = '', second = '', third = ''] = tokens
    for (const token of [first, second, first, third, first]) await signer.verify(token, at(4))
    expect(verify.callCount).to.equal(3)
    await signer.verify(second, at(4))
    expect(verify.callCount).to.equal(4)
  })
})

async function aSpiedSigner(options?: { readonly maxTokens: number }) {
  const jose = await joseSigner(secret)
  return { verify: sinon.spy(jose, 'verify'), signer: new RememberingAccessTokenSigner(jose, options) }
}
