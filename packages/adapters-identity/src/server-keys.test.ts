import { createHash } from 'node:crypto'
import { expect } from 'chai'
import { deriveServerKeys, WeakSecret } from './server-keys.ts'

const secret = aSecret('today')
const older = aSecret('yesterday')

describe('deriveServerKeys', () => {
  it('derives the same keys from the same secret, today and after a restart', () => {
    expect(deriveServerKeys({ current: secret })).to.deep.equal(deriveServerKeys({ current: secret }))
    // Fixed: another value here would sign everybody out at the next release.
    expect(deriveServerKeys({ current: secret })['access-token'].current.id).to.equal('GwZl1sp_GYg')
  })

  it('derives another key of 32 bytes for every use and every secret', () => {
    const rings = [deriveServerKeys({ current: secret }), deriveServerKeys({ current: older })].flatMap(
      (keys) => Object.values(keys),
    )
    const keys = rings.map((ring) => ring.current)
    expect(new Set(keys.map(({ bytes }) => Buffer.from(bytes).toString('hex'))).size).to.equal(8)
    expect(new Set(keys.map(({ id }) => id)).size).to.equal(8)
    for (const { bytes } of keys) expect(bytes).to.have.lengthOf(32)
  })

  it('keeps the keys of previous secrets under their ids', () => {
    const rotated = deriveServerKeys({ current: secret, previous: [older, secret] })
    const before = deriveServerKeys({ current: older })
    expect(rotated['refresh-token'].previous).to.deep.equal([before['refresh-token'].current])
    expect(rotated['access-token'].previous).to.deep.equal([before['access-token'].current])
  })

  it('puts no byte of a key into its id', () => {
    const { id, bytes } = deriveServerKeys({ current: secret })['access-token'].current
    expect(id).to.match(/^[A-Za-z0-9_-]{11}$/)
    expect(Buffer.from(bytes).includes(Buffer.from(id, 'base64url').subarray(0, 3))).to.equal(false)
  })

  it('refuses a weak secret, says which one, and does not print it', () => {
    const weak = 'changeme-canary-changeme-changeme'
    const refusals = [
      [
        { current: 'short-canary' },
        /^The secret of the server is too weak: it must be at least 32 random bytes/,
      ],
      [{ current: weak }, /^The secret of the server/],
      [{ current: secret, previous: [older, weak] }, /^Previous secret 2 of the server/],
    ] as const
    for (const [secrets, message] of refusals) {
      expect(() => deriveServerKeys(secrets))
        .to.throw(WeakSecret, message)
        .with.property('message')
        .that.does.not.include('canary')
    }
  })
})

function aSecret(name: string): string {
  return createHash('sha256').update(name).digest('base64url')
}
