import { secretGeneratorContract } from '@audiohost/core/testing'
import { expect } from 'chai'
import { RandomSecretGenerator } from './random-secret-generator.ts'

describe('RandomSecretGenerator', () => {
  secretGeneratorContract({ make: async () => new RandomSecretGenerator() })

  it('gives 32 random bytes in base64url, new at every call', () => {
    const secrets = new RandomSecretGenerator()
    const texts = Array.from({ length: 1000 }, () => secrets.next())
    expect(new Set(texts).size).to.equal(1000)
    for (const text of texts) {
      // RFC 7636 section 4.1: 43 such characters are the shortest PKCE verifier.
      expect(text).to.match(/^[A-Za-z0-9_-]{43}$/)
      expect(Buffer.from(text, 'base64url')).to.have.lengthOf(32)
    }
  })
})
