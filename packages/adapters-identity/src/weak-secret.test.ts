import { createHash } from 'node:crypto'
import { expect } from 'chai'
import { isWeakSecret } from './weak-secret.ts'

describe('isWeakSecret', () => {
  const weak = [
    '',
    'x',
    'kT9vQ2mWzR7pLx4YbN8sJd3hFg6cVaE', // 31 bytes
    'a'.repeat(64),
    ' '.repeat(64),
    'ab'.repeat(32),
    '0123456789abcdef'.repeat(4),
    'kT9vQ2mWzR7pLx4Y'.repeat(2),
    'abcdefghijklmnopqrstuvwxyz012345',
    '98765432109876543210zyxwvutsrqponmlkjih',
    'changeme-changeme-changeme-change',
    'change-me-in-production-please-32-bytes',
    'this-is-a-very-long-default-secret-key-123456',
    'your_super_secret_jwt_key_goes_here_2024',
    'ReplaceThisWithAStrongRandomSecretString',
    'SECRET_PASSWORD_EXAMPLE_DEFAULT_TOKEN',
    'example secret for development only!!!',
    'changeme                                 ',
    'secret0000000000000000000000000000000000',
    'qwertyuiopasdfghjklzxcvbnm1234567890',
  ]
  for (const text of weak) {
    it(`refuses ${JSON.stringify(text.slice(0, 44))}`, () => {
      expect(isWeakSecret(text)).to.equal(true)
    })
  }

  it('accepts what a random source gives, in hex, base64 and base64url, from 32 bytes of text on', () => {
    for (let seed = 0; seed < 2000; seed++) {
      const random = createHash('sha256').update(`seed ${seed}`).digest()
      for (const encoding of ['hex', 'base64', 'base64url'] as const) {
        const text = random.toString(encoding)
        expect(isWeakSecret(text), text).to.equal(false)
        expect(isWeakSecret(text.slice(0, 32)), text.slice(0, 32)).to.equal(false)
      }
    }
  })

  it('accepts a phrase of random words', () => {
    expect(isWeakSecret('gravel-otter-violin-cactus-meadow-tundra')).to.equal(false)
  })
})
