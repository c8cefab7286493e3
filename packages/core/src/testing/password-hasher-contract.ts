import { expect } from 'chai'
import type { PasswordHasher } from '../users/password-hasher.ts'
import { race } from './race.ts'

export interface PasswordHasherContract {
  readonly make: () => Promise<PasswordHasher>
  /** A hash of the password under other parameters than those of `make`, where the hasher has parameters. */
  readonly makeOutdatedHash?: (password: string) => Promise<string>
}

/** What every `PasswordHasher` promises. */
export function passwordHasherContract({ make, makeOutdatedHash }: PasswordHasherContract): void {
  let hasher: PasswordHasher

  beforeEach(async () => {
    hasher = await make()
  })

  it('verifies the password that was hashed and no other', async () => {
    const hash = await hasher.hash('correct horse')
    expect(await hasher.verify('correct horse', hash)).to.equal('match')
    for (const wrong of ['', 'correct hors', 'correct horse ', 'Correct horse']) {
      expect(await hasher.verify(wrong, hash)).to.equal('mismatch')
    }
  })

  it('gives equal passwords different hashes', async () => {
    const hashes = await race(4, () => hasher.hash('correct horse'))
    expect(new Set(hashes).size).to.equal(4)
  })

  it('shows nothing of the password in the hash', async () => {
    const hash = await hasher.hash('correct horse')
    expect(hash).to.match(/^\$[^\s]+$/)
    expect(hash).to.not.include('correct')
  })

  for (const [what, password, other] of [
    ['128 characters outside the basic plane', '💿'.repeat(128), '💿'.repeat(127) + '🎵'],
    ['the bytes behind a NUL', 'before\0after', 'before\0other'],
    ['the bytes behind the 72nd', 'x'.repeat(72) + 'a', 'x'.repeat(72) + 'b'],
  ] as const) {
    it(`counts ${what}`, async () => {
      const hash = await hasher.hash(password)
      expect(await hasher.verify(password, hash)).to.equal('match')
      expect(await hasher.verify(other, hash)).to.equal('mismatch')
    })
  }

  it('has a decoy under today’s parameters that nothing matches', async () => {
    for (const password of ['', 'decoy', 'password', hasher.decoyHash]) {
      expect(await hasher.verify(password, hasher.decoyHash)).to.equal('mismatch')
    }
  })

  if (makeOutdatedHash) {
    it('knows a right password that was hashed under other parameters', async () => {
      const outdated = await makeOutdatedHash('correct horse')
      expect(await hasher.verify('correct horse', outdated)).to.equal('match-outdated')
      expect(await hasher.verify('wrong horse', outdated)).to.equal('mismatch')
    })
  }
}
