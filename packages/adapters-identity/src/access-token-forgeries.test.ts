import { createHmac, createSign, generateKeyPairSync } from 'node:crypto'
import { expect } from 'chai'
import { aSession, at, aUser } from '@audiohost/core/testing'
import { HmacRefreshTokenSigner } from './hmac-refresh-token-signer.ts'
import { JoseAccessTokenSigner } from './jose-access-token-signer.ts'
import { RandomSecretGenerator } from './random-secret-generator.ts'
import { deriveServerKeys } from './server-keys.ts'

const keys = deriveServerKeys({
  current: 'kT9vQ2mWzR7pLx4YbN8sJd3hFg6cVaE1',
  previous: ['Zp4KqX8wHn2RvT7yLm5BcJ9sDf3GgA6U'],
})
const ring = keys['access-token']
const names = { issuer: 'https://audio.example', audience: 'https://audio.example/v1' }
const seconds = (offset: number): number => at(offset).getTime() / 1000

type Json = Readonly<Record<string, unknown>>
const goodHeader: Json = { alg: 'HS256', typ: 'at+jwt', kid: ring.current.id }
const goodPayload: Json = {
  sid: aSession().id,
  role: 'user',
  iss: names.issuer,
  aud: names.audience,
  sub: aUser().id,
  iat: seconds(0),
  exp: seconds(300),
}
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const rsaPublicPem = rsa.publicKey.export({ type: 'spki', format: 'pem' })

// The attacker knows a good token, the key id and every public fact, and not the key.
describe('forged access tokens', () => {
  let signer: JoseAccessTokenSigner
  before(async () => {
    signer = await JoseAccessTokenSigner.create({ keys: ring, ...names })
  })
  const verify = (token: string) => signer.verify(token, at(1))

  it('starts from a token that is accepted', async () => {
    expect(await verify(hs256(goodHeader, goodPayload))).not.to.equal(undefined)
  })

  const [header, payload, signature] = hs256(goodHeader, goodPayload).split('.') as [string, string, string]

  describe('without the key', () => {
    const ownKey = Buffer.from('a key of the attacker, long enough')
    const forgeries: Readonly<Record<string, readonly string[]>> = {
      'alg none in any spelling, with and without a signature': ['none', 'None', 'NONE', 'nOnE', ''].flatMap(
        (alg) => {
          const unsigned = `${encode({ ...goodHeader, alg })}.${payload}`
          return [unsigned, `${unsigned}.`, `${unsigned}.${signature}`]
        },
      ),
      'no signature': [`${header}.${payload}`, `${header}.${payload}.`, `${header}.${payload}..`],
      'another payload under a good signature': [
        `${header}.${encode({ ...goodPayload, role: 'admin' })}.${signature}`,
        `${header}.${encode({ ...goodPayload, exp: seconds(1e6) })}.${signature}`,
      ],
      'RS256 under a key of the attacker': [rs256({ ...goodHeader, alg: 'RS256' }, goodPayload)],
      'HS256 under a public key, an empty key, the key id and other public texts': [
        rsaPublicPem,
        '',
        '\0',
        ring.current.id,
        names.issuer,
        names.audience,
        'audiohost/access-token/v1',
        header,
      ].map((key) => hs256(goodHeader, goodPayload, Buffer.from(key))),
      'the key in the header': [
        { jwk: { kty: 'oct', k: ownKey.toString('base64url') } },
        { jku: 'https://attacker.example/jwks.json' },
        { x5u: 'https://attacker.example/cert.pem' },
        { x5c: [Buffer.from('certificate').toString('base64')] },
      ].map((extra) => hs256({ ...goodHeader, ...extra }, goodPayload, ownKey)),
      'a kid that points elsewhere': [
        '../../../../dev/null',
        "x' UNION SELECT 'key",
        '/proc/self/environ',
        '__proto__',
        'constructor',
        '',
        '|whoami',
        null,
        0,
        ['a'],
        {},
      ].flatMap((kid) => [
        hs256({ ...goodHeader, kid }, goodPayload, ownKey),
        hs256({ ...goodHeader, kid }, goodPayload, Buffer.alloc(0)),
      ]),
      'nested and doubled tokens': [
        `${header}.${payload}.${signature}.${signature}`,
        `${header}.${encode(`${header}.${payload}.${signature}`)}.${signature}`,
        `${header}.${payload}.${signature} `,
        `${header}.${payload}.${signature}\n`,
        ` ${header}.${payload}.${signature}`,
        `${header}.${payload}.${signature},${header}.${payload}.${signature}`,
      ],
      'broken headers': ['null', '[]', '1', '"HS256"', '{', '{"alg":"HS256"', ''].map(
        (text) => `${encodeText(text)}.${payload}.${signature}`,
      ),
      'the JSON serialisation': [JSON.stringify({ protected: header, payload, signature })],
      'a token of 1 MB': [`${header}.${'A'.repeat(1_000_000)}.${signature}`],
    }
    for (const [name, tokens] of Object.entries(forgeries)) {
      it(`refuses ${name}`, async () => {
        for (const token of tokens) expect(await verify(token), token.slice(0, 200)).to.equal(undefined)
      })
    }
  })

  // Defence in depth: even a signature that is right saves none of these.
  describe('with the key', () => {
    const headers: Readonly<Record<string, Json>> = {
      'another type': { ...goodHeader, typ: 'JWT' },
      'the type of a refresh token': { ...goodHeader, typ: 'rt+jwt' },
      'no type': { alg: 'HS256', kid: ring.current.id },
      'no kid': { alg: 'HS256', typ: 'at+jwt' },
      'the kid of the previous key': { ...goodHeader, kid: ring.previous[0]?.id },
      'another algorithm in its name': { ...goodHeader, alg: 'HS512' },
      'alg none in its name': { ...goodHeader, alg: 'none' },
      'a critical extension': { ...goodHeader, crit: ['exp'], exp: 1 },
      'an unencoded payload': { ...goodHeader, crit: ['b64'], b64: false },
      compression: { ...goodHeader, zip: 'DEF' },
      'a nested content type': { ...goodHeader, cty: 'JWT' },
      'any member more': { ...goodHeader, jku: 'https://audio.example/jwks.json' },
    }
    for (const [name, changed] of Object.entries(headers)) {
      it(`refuses a header with ${name}`, async () => {
        expect(await verify(hs256(changed, goodPayload))).to.equal(undefined)
      })
    }

    const payloads: Readonly<Record<string, Json>> = {
      'another issuer': { iss: 'https://audio.example.attacker.example' },
      'no issuer': { iss: undefined },
      'another audience': { aud: 'https://audio.example' },
      'no audience': { aud: undefined },
      'a subject that is no UUID': { sub: 'ann' },
      'no subject': { sub: undefined },
      'a subject of another type': { sub: { $ne: null } },
      'a session that is no UUID': { sid: "' OR 1=1 --" },
      'no session': { sid: undefined },
      'a list of sessions': { sid: [aSession().id] },
      'another role': { role: 'root' },
      'no role': { role: undefined },
      'a list of roles': { role: ['admin'] },
      'no expiry': { exp: undefined },
      'an expiry as text': { exp: '9999999999' },
      'an endless expiry': { exp: 1e300 },
      'an expiry that is past': { exp: seconds(0) },
      'an expiry at this second': { exp: seconds(1) },
      'no time of issue': { iat: undefined },
      'a time of issue as text': { iat: '0' },
      'a start in the future': { nbf: seconds(10) },
      'more text than any of ours': { padding: 'x'.repeat(2048) },
    }
    for (const [name, changed] of Object.entries(payloads)) {
      it(`refuses a payload with ${name}`, async () => {
        expect(await verify(hs256(goodHeader, { ...goodPayload, ...changed }))).to.equal(undefined)
      })
    }

    it('refuses a payload that is no object', async () => {
      for (const text of ['null', '[]', '1', '"text"', '', '{']) {
        expect(await verify(mac(`${header}.${encodeText(text)}`)), text).to.equal(undefined)
      }
    })
  })

  it('refuses the same bytes in another base64url text', async () => {
    const twins = Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_')
      .map((last) => signature.slice(0, -1) + last)
      .filter((text) => text !== signature && sameBytes(text, signature))
    expect(twins).to.have.lengthOf(3)
    const spellings = [...twins, `${signature}=`, signature.replaceAll('-', '+').replaceAll('_', '/') + '=']
    for (const text of spellings)
      expect(await verify(`${header}.${payload}.${text}`), text).to.equal(undefined)
  })

  it('takes no token of one kind for another kind', async () => {
    const sessionId = aSession().id
    const refreshTokens = new HmacRefreshTokenSigner({ keys: keys['refresh-token'] })
    const access = hs256(goodHeader, goodPayload)
    const refresh = refreshTokens.sign({ sessionId, generation: 1 })
    const state = new RandomSecretGenerator().next()
    const verdicts = async (token: string) => [
      (await verify(token)) !== undefined,
      refreshTokens.verify(token) !== undefined,
    ]
    expect(await verdicts(access)).to.deep.equal([true, false])
    expect(await verdicts(refresh)).to.deep.equal([false, true])
    expect(await verdicts(state)).to.deep.equal([false, false])
    // The key of the other kind makes no token of this kind.
    expect(await verify(hs256(goodHeader, goodPayload, keys['refresh-token'].current.bytes))).to.equal(
      undefined,
    )
    const swapped = new HmacRefreshTokenSigner({ keys: ring })
    expect(refreshTokens.verify(swapped.sign({ sessionId, generation: 1 }))).to.equal(undefined)
  })
})

function encodeText(text: string): string {
  return Buffer.from(text).toString('base64url')
}

function encode(value: unknown): string {
  return encodeText(JSON.stringify(value))
}

function sameBytes(a: string, b: string): boolean {
  return Buffer.from(a, 'base64url').equals(Buffer.from(b, 'base64url'))
}

function mac(signed: string, key: Uint8Array = ring.current.bytes): string {
  return `${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`
}

function hs256(header: Json, payload: Json, key?: Uint8Array): string {
  return mac(`${encode(header)}.${encode(payload)}`, key)
}

function rs256(header: Json, payload: Json): string {
  const signed = `${encode(header)}.${encode(payload)}`
  return `${signed}.${createSign('sha256').update(signed).sign(rsa.privateKey).toString('base64url')}`
}
