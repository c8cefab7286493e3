import { expect } from 'chai'
import type { AccessClaims, AccessTokenSigner } from '../sessions/access-token-signer.ts'
import { alteredTokens, notTokens } from './altered.ts'
import { aSession, at, aUser } from './builders.ts'

export interface AccessTokenSignerContract {
  readonly make: () => Promise<AccessTokenSigner>
  /** The same kind of signer under another key, where it has a key. */
  readonly makeStranger?: () => Promise<AccessTokenSigner>
}

/** What every `AccessTokenSigner` promises. */
export function accessTokenSignerContract({ make, makeStranger }: AccessTokenSignerContract): void {
  const claims: AccessClaims = {
    userId: aUser().id,
    sessionId: aSession().id,
    generation: 2,
    role: 'user',
    issuedAt: at(0),
    expiresAt: at(300),
  }
  let signer: AccessTokenSigner

  beforeEach(async () => {
    signer = await make()
  })

  for (const role of ['user', 'admin'] as const) {
    it(`gives the claims of a token back, for the role of ${role}`, async () => {
      const token = await signer.sign({ ...claims, role })
      expect(await signer.verify(token, at(1))).to.deep.equal({ ...claims, role })
    })
  }

  it('cuts moments to whole seconds', async () => {
    const token = await signer.sign({ ...claims, issuedAt: at(0.9), expiresAt: at(300.9) })
    expect(await signer.verify(token, at(1))).to.deep.equal(claims)
  })

  it('refuses a token from the moment on at which it expires', async () => {
    const token = await signer.sign(claims)
    expect(await signer.verify(token, at(299))).to.not.equal(undefined)
    expect(await signer.verify(token, at(300))).to.equal(undefined)
    expect(await signer.verify(token, at(100_000))).to.equal(undefined)
  })

  it('reads an expired token if asked to, and nothing that is forged', async () => {
    const token = await signer.sign({ ...claims, expiresAt: at(-100_000) })
    expect(await signer.verify(token, at(1))).to.equal(undefined)
    expect(await signer.verifyIgnoringExpiry(token)).to.deep.equal({ ...claims, expiresAt: at(-100_000) })
    for (const text of [...alteredTokens(token), ...notTokens, token.slice(0, -8), `${token}AAAA`]) {
      expect(await signer.verifyIgnoringExpiry(text), text.slice(0, 40)).to.equal(undefined)
    }
  })

  it('fits a cookie and a header', async () => {
    expect(await signer.sign(claims)).to.match(/^[\w.~-]{1,1000}$/)
  })

  it('refuses a token that was altered at any place', async () => {
    const token = await signer.sign(claims)
    for (const altered of alteredTokens(token)) {
      expect(await signer.verify(altered, at(1)), altered).to.equal(undefined)
    }
  })

  it('refuses a token that was cut off or lengthened', async () => {
    const token = await signer.sign(claims)
    const segments = token.split('.')
    const texts = [
      token.slice(0, -8),
      `${token}.`,
      `${token}AAAA`,
      ` ${token}`,
      segments.slice(0, -1).join('.'),
    ]
    for (const text of texts) expect(await signer.verify(text, at(1)), text).to.equal(undefined)
  })

  it('refuses whatever is no token, without an error', async () => {
    for (const text of notTokens)
      expect(await signer.verify(text, at(1)), text.slice(0, 40)).to.equal(undefined)
  })

  if (makeStranger) {
    it('refuses a token under another key', async () => {
      const stranger = await makeStranger()
      const token = await stranger.sign(claims)
      expect(await signer.verify(token, at(1))).to.equal(undefined)
      expect(await signer.verifyIgnoringExpiry(token)).to.equal(undefined)
    })
  }
}
