import { createHmac } from 'node:crypto'
import { expect } from 'chai'
import { aSession, refreshTokenSignerContract } from '@audiohost/core/testing'
import { HmacRefreshTokenSigner } from './hmac-refresh-token-signer.ts'
import { deriveServerKeys, type KeyRing } from './server-keys.ts'

const [secret, nextSecret] = ['kT9vQ2mWzR7pLx4YbN8sJd3hFg6cVaE1', 'Zp4KqX8wHn2RvT7yLm5BcJ9sDf3GgA6U']
const base64url = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

describe('HmacRefreshTokenSigner', () => {
  const sessionId = aSession().id
  const claims = { sessionId, generation: 7 }

  refreshTokenSignerContract({
    make: async () => signerUnder(secret),
    makeStranger: async () => signerUnder(nextSecret),
  })

  it('writes 80 characters: a prefix that scanners recognise, the session and the generation, the HMAC', () => {
    const token = signerUnder(secret).sign(claims)
    const payload = Buffer.from(`${sessionId.replaceAll('-', '')}0000000000000007`, 'hex').toString(
      'base64url',
    )
    const mac = createHmac('sha256', ringOf(secret).current.bytes)
      .update(`ahr_${payload}`)
      .digest('base64url')
    expect(token).to.equal(`ahr_${payload}.${mac}`).and.to.have.lengthOf(80)
  })

  it('counts generations up to the last safe integer', () => {
    const signer = signerUnder(secret)
    const last = { sessionId, generation: Number.MAX_SAFE_INTEGER }
    expect(signer.verify(signer.sign(last))).to.deep.equal(last)
  })

  for (const generation of [0, -1, 1.5, Number.NaN, Infinity, 2 ** 53]) {
    it(`signs no generation ${generation}`, () => {
      expect(() => signerUnder(secret).sign({ sessionId, generation })).to.throw(RangeError)
    })
  }

  it('refuses impossible claims under a right signature', () => {
    const uuid = sessionId.replaceAll('-', '')
    for (const payload of [
      `${uuid}0000000000000000`, // generation 0
      `${uuid}0020000000000000`, // 2 ** 53
      `${uuid}0020000000000001`,
      `${uuid}ffffffffffffffff`,
      `${'00'.repeat(16)}0000000000000001`, // no UUID
      `${'ff'.repeat(16)}0000000000000001`,
    ]) {
      const signed = `ahr_${Buffer.from(payload, 'hex').toString('base64url')}`
      const mac = createHmac('sha256', ringOf(secret).current.bytes).update(signed).digest('base64url')
      expect(signerUnder(secret).verify(`${signed}.${mac}`), payload).to.equal(undefined)
    }
  })

  it('refuses the same bytes in another base64url text', () => {
    const signer = signerUnder(secret)
    const token = signer.sign(claims)
    const mac = token.slice(token.indexOf('.') + 1)
    const twins = Array.from(base64url)
      .map((last) => mac.slice(0, -1) + last)
      .filter((text) => text !== mac && Buffer.from(text, 'base64url').equals(Buffer.from(mac, 'base64url')))
    expect(twins).to.have.lengthOf(3)
    const texts = [
      ...twins.map((twin) => token.replace(mac, twin)),
      `${token}=`,
      `${token}\n`,
      token.replace('ahr_', 'AHR_'),
      token.replaceAll('-', '+').replaceAll('_', '/'),
    ]
    for (const text of texts) expect(signer.verify(text), text).to.equal(undefined)
  })

  it('refuses a token whose signature has other lengths', () => {
    const signer = signerUnder(secret)
    const token = signer.sign(claims)
    for (const text of [
      token.slice(0, -1),
      `${token}A`,
      token.slice(0, token.indexOf('.') + 1),
      'ahr_.',
      'ahr_',
    ]) {
      expect(signer.verify(text), text).to.equal(undefined)
    }
  })

  describe('after a change of the secret', () => {
    it('verifies what the previous key signed and signs with the new one', () => {
      const token = signerUnder(secret).sign(claims)
      const rotated = signerUnder(nextSecret, secret)
      expect(rotated.verify(token)).to.deep.equal(claims)
      expect(rotated.sign(claims)).to.equal(signerUnder(nextSecret).sign(claims))
    })

    it('refuses what the old key signed once the old secret is gone', () => {
      expect(signerUnder(nextSecret).verify(signerUnder(secret).sign(claims))).to.equal(undefined)
    })
  })
})

const ringOf = (current: string, ...previous: readonly string[]): KeyRing =>
  deriveServerKeys({ current, previous })['refresh-token']

const signerUnder = (current: string, ...previous: readonly string[]): HmacRefreshTokenSigner =>
  new HmacRefreshTokenSigner({ keys: ringOf(current, ...previous) })
