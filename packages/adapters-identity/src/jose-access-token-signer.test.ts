import { createHmac } from 'node:crypto'
import { expect } from 'chai'
import type { AccessClaims } from '@audiohost/core'
import { accessTokenSignerContract, aSession, at, aUser } from '@audiohost/core/testing'
import { JoseAccessTokenSigner } from './jose-access-token-signer.ts'
import { deriveServerKeys, type KeyRing } from './server-keys.ts'

const [secret, nextSecret] = ['kT9vQ2mWzR7pLx4YbN8sJd3hFg6cVaE1', 'Zp4KqX8wHn2RvT7yLm5BcJ9sDf3GgA6U']
const names = { issuer: 'https://audio.example', audience: 'https://audio.example/v1' }
const claims: AccessClaims = {
  userId: aUser().id,
  sessionId: aSession().id,
  generation: 1,
  role: 'user',
  issuedAt: at(0),
  expiresAt: at(300),
}

describe('JoseAccessTokenSigner', () => {
  accessTokenSignerContract({ make: () => signerUnder(secret), makeStranger: () => signerUnder(nextSecret) })

  it('writes the header and the claims of RFC 9068, and nothing about the person', async () => {
    const signer = await signerUnder(secret)
    const [header, payload] = decoded(await signer.sign(claims))
    expect(header).to.deep.equal({ alg: 'HS256', typ: 'at+jwt', kid: ringOf(secret).current.id })
    expect(payload).to.deep.equal({
      iss: names.issuer,
      aud: names.audience,
      sub: claims.userId,
      sid: claims.sessionId,
      gen: 1,
      role: 'user',
      iat: claims.issuedAt.getTime() / 1000,
      exp: claims.expiresAt.getTime() / 1000,
    })
  })

  it('signs with HMAC-SHA-256 under the current key', async () => {
    const token = await (await signerUnder(secret)).sign(claims)
    const signed = token.slice(0, token.lastIndexOf('.'))
    const mac = createHmac('sha256', ringOf(secret).current.bytes).update(signed).digest('base64url')
    expect(token).to.equal(`${signed}.${mac}`)
  })

  it('accepts a token that was made elsewhere a little in the future', async () => {
    const signer = await signerUnder(secret)
    expect(await signer.verify(await signer.sign(claims), at(-3))).to.deep.equal(claims)
  })

  for (const [name, other] of [
    ['issuer', { ...names, issuer: 'https://elsewhere.example' }],
    ['audience', { ...names, audience: 'https://audio.example/v2' }],
  ] as const) {
    it(`refuses a token with our key for another ${name}`, async () => {
      const elsewhere = await JoseAccessTokenSigner.create({ keys: ringOf(secret), ...other })
      expect(await (await signerUnder(secret)).verify(await elsewhere.sign(claims), at(1))).to.equal(
        undefined,
      )
    })
  }

  describe('after a change of the secret', () => {
    it('verifies what the previous key signed and signs with the new one', async () => {
      const token = await (await signerUnder(secret)).sign(claims)
      const rotated = await signerUnder(nextSecret, secret)
      expect(await rotated.verify(token, at(1))).to.deep.equal(claims)
      const [header] = decoded(await rotated.sign(claims))
      expect(header).to.have.property('kid', ringOf(nextSecret).current.id)
    })

    it('verifies what a node with the new secret signed only where the new secret is known', async () => {
      const token = await (await signerUnder(nextSecret, secret)).sign(claims)
      expect(await (await signerUnder(secret)).verify(token, at(1))).to.equal(undefined)
      expect(await (await signerUnder(secret, nextSecret)).verify(token, at(1))).to.deep.equal(claims)
    })

    it('refuses what the old key signed once the old secret is gone', async () => {
      const token = await (await signerUnder(secret)).sign(claims)
      expect(await (await signerUnder(nextSecret)).verify(token, at(1))).to.equal(undefined)
    })
  })

  for (const zone of ['Europe/Moscow', 'America/New_York', 'Pacific/Kiritimati']) {
    it(`makes the same token and the same verdict in ${zone}`, async () => {
      const signer = await signerUnder(secret)
      const token = await signer.sign(claims)
      const before = process.env.TZ
      try {
        process.env.TZ = zone
        expect(new Date(0).getTimezoneOffset(), 'the zone is in force').not.to.equal(0)
        expect(await signer.sign(claims)).to.equal(token)
        expect(await signer.verify(token, at(299))).to.deep.equal(claims)
        expect(await signer.verify(token, at(300))).to.equal(undefined)
      } finally {
        if (before === undefined) delete process.env.TZ
        else process.env.TZ = before
      }
    })
  }
})

const ringOf = (current: string, ...previous: readonly string[]): KeyRing =>
  deriveServerKeys({ current, previous })['access-token']

function signerUnder(current: string, ...previous: readonly string[]): Promise<JoseAccessTokenSigner> {
  return JoseAccessTokenSigner.create({ keys: ringOf(current, ...previous), ...names })
}

const decoded = (token: string): unknown[] =>
  token
    .split('.')
    .slice(0, 2)
    .map((segment): unknown => JSON.parse(Buffer.from(segment, 'base64url').toString()))
