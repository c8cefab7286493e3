import { performance } from 'node:perf_hooks'
import { hash, type Options } from '@node-rs/argon2'
import { expect } from 'chai'
import { TooBusy } from '@audiohost/core'
import { passwordHasherContract } from '@audiohost/core/testing'
import { Argon2PasswordHasher, type Argon2PasswordHasherOptions } from './argon2-password-hasher.ts'

const cheap = { memoryKiB: 8, passes: 1, lanes: 1 }

describe('Argon2PasswordHasher', () => {
  const created: Argon2PasswordHasher[] = []
  async function create(options?: Argon2PasswordHasherOptions): Promise<Argon2PasswordHasher> {
    const hasher = await Argon2PasswordHasher.create(options)
    created.push(hasher)
    return hasher
  }
  afterEach(() => Promise.all(created.splice(0).map((hasher) => hasher.close())))

  passwordHasherContract({
    make: () => create({ parameters: cheap }),
    makeOutdatedHash: (password) => hash(password, { memoryCost: 16, timeCost: 1, parallelism: 1 }),
  })

  it('writes PHC strings of Argon2id with 19 MiB, two passes, one lane, a salt of 16 bytes', async () => {
    const hasher = await create()
    const phc = /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/
    expect(await hasher.hash('correct horse')).to.match(phc)
    expect(hasher.decoyHash).to.match(phc)
  })

  it('gives a thousand equal passwords a thousand hashes', async () => {
    const hasher = await create({
      parameters: cheap,
      gate: { queueLimit: 1000, maxWaitMs: 60_000 },
    })
    const hashes = await Promise.all(Array.from({ length: 1000 }, () => hasher.hash('correct horse')))
    expect(new Set(hashes).size).to.equal(1000)
  })

  const today = { memoryCost: 8, timeCost: 1, parallelism: 1 }
  // Version 0 is 0x10, algorithms 0 and 1 are Argon2d and Argon2i: const enums, which isolated modules cannot read.
  const outdated: Readonly<Record<string, unknown>> = {
    memory: { ...today, memoryCost: 16 },
    passes: { ...today, timeCost: 2 },
    lanes: { ...today, memoryCost: 16, parallelism: 2 },
    'version 0x10': { ...today, version: 0 },
    Argon2d: { ...today, algorithm: 0 },
    Argon2i: { ...today, algorithm: 1 },
    'salt of 8 bytes': { ...today, salt: Buffer.alloc(8, 1) },
    'output of 16 bytes': { ...today, outputLen: 16 },
  }
  for (const [name, parameters] of Object.entries(outdated)) {
    it(`asks for a new hash where the old one has other parameters: ${name}`, async () => {
      const hasher = await create({ parameters: cheap })
      const old = await hash('correct horse', parameters as Options)
      expect(await hasher.verify('correct horse', old)).to.equal('match-outdated')
      expect(await hasher.verify('wrong horse', old)).to.equal('mismatch')
    })
  }

  it('takes a stored text that is no sane hash for a mismatch', async () => {
    const hasher = await create({ parameters: cheap })
    const good = await hasher.hash('correct horse')
    const damaged = [
      '',
      '$',
      'correct horse',
      '$2b$10$abcdefghijklmnopqrstuvABCDEFGHIJKLMNOPQRSTUVWXYZabcde',
      good.slice(0, -5),
      `${good}x`,
      good.replace('m=8', 'm=1'),
      good.replace('m=8', 'm=4294967295'),
      good.replace('m=8', 'm=99999999999'),
      good.replace('t=1', 't=0'),
      good.replace('t=1', 't=4294967295'),
      good.replace('p=1', 'p=255'),
      good.replace('argon2id', 'argon2x'),
      good.replaceAll('$', '\0'),
    ]
    for (const stored of damaged) {
      expect(await hasher.verify('correct horse', stored), stored).to.equal('mismatch')
    }
  })

  it('has another decoy in every process', async () => {
    const [one, other] = await Promise.all([create({ parameters: cheap }), create({ parameters: cheap })])
    expect(one.decoyHash).not.to.equal(other.decoyHash)
  })

  it('matches only with the pepper under which a password was hashed', async () => {
    const peppered = await create({ parameters: cheap, pepper: Buffer.alloc(32, 7) })
    const plain = await create({ parameters: cheap })
    const hashed = await peppered.hash('correct horse')
    expect(await peppered.verify('correct horse', hashed)).to.equal('match')
    expect(await plain.verify('correct horse', hashed)).to.equal('mismatch')
  })

  it('refuses beyond its queue when 200 come at once, and leaves the event loop free', async () => {
    const hasher = await create({
      gate: { width: 2, queueLimit: 64, maxWaitMs: 60_000 },
    })
    const before = performance.eventLoopUtilization()
    const outcomes = await Promise.allSettled(
      Array.from({ length: 200 }, (_, index) =>
        index % 2 === 0 ? hasher.hash('correct horse') : hasher.verify('correct horse', hasher.decoyHash),
      ),
    )
    const { utilization } = performance.eventLoopUtilization(before)
    const refusals = outcomes.flatMap((outcome): unknown[] =>
      outcome.status === 'rejected' ? [outcome.reason] : [],
    )
    expect(refusals).to.have.lengthOf(200 - 2 - 64)
    for (const refusal of refusals) expect(refusal).to.be.instanceOf(TooBusy)
    // 0.02 when measured; 1 when the hashes run on the thread of the event loop.
    expect(utilization).to.be.below(0.5)
  })
})
