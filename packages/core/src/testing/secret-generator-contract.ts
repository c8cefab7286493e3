import { expect } from 'chai'
import type { SecretGenerator } from '../secret-generator.ts'

/** What every `SecretGenerator` promises. */
export function secretGeneratorContract({ make }: { readonly make: () => Promise<SecretGenerator> }): void {
  it('makes at least 256 bits in base64url', async () => {
    expect((await make()).next()).to.match(/^[\w-]{43,}$/)
  })

  it('fits the verifier of RFC 7636 section 4.1, which may have 128 characters', async () => {
    expect((await make()).next().length).to.be.at.most(128)
  })

  it('never makes one twice', async () => {
    const secrets = await make()
    expect(new Set(Array.from({ length: 10_000 }, () => secrets.next())).size).to.equal(10_000)
  })
}
