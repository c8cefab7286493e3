import { expect } from 'chai'
import { TooBusy } from '../errors.ts'
import {
  accessTokenSignerContract,
  answerSealContract,
  at,
  audioProbeContract,
  audioSnifferContract,
  errorOf,
  FakeAccessTokenSigner,
  FakeAnswerSeal,
  FakeAudioProbe,
  FakeAudioSniffer,
  FakeClock,
  FakeIdentityProvider,
  FakePasswordHasher,
  FakeMediaTokenSigner,
  FakeRefreshTokenSigner,
  FakeSecrets,
  HeldRetries,
  identityProviderContract,
  idGeneratorContract,
  InMemoryRateLimiter,
  passwordHasherContract,
  rateLimiterContract,
  mediaTokenSignerContract,
  refreshTokenSignerContract,
  retriesContract,
  secretGeneratorContract,
  SequentialIds,
} from '../testing/index.ts'

describe('FakeAccessTokenSigner', () => {
  accessTokenSignerContract({ make: async () => new FakeAccessTokenSigner() })

  it('takes no refresh token', async () => {
    const refreshToken = new FakeRefreshTokenSigner().sign({
      sessionId: new SequentialIds().next() as never,
      generation: 1,
    })
    expect(await new FakeAccessTokenSigner().verify(refreshToken, at(0))).to.equal(undefined)
  })
})

describe('FakeMediaTokenSigner', () => {
  mediaTokenSignerContract({ make: async () => new FakeMediaTokenSigner() })
})

describe('FakeRefreshTokenSigner', () => {
  refreshTokenSignerContract({ make: async () => new FakeRefreshTokenSigner() })
})

describe('FakeAnswerSeal', () => {
  answerSealContract({ make: async () => new FakeAnswerSeal() })
})

describe('FakePasswordHasher', () => {
  passwordHasherContract({ make: async () => new FakePasswordHasher() })

  it('takes a match for outdated, and every call for one too many, when told', async () => {
    const hasher = new FakePasswordHasher()
    const hash = await hasher.hash('correct horse')
    hasher.outdated = true
    expect(await hasher.verify('correct horse', hash)).to.equal('match-outdated')
    expect(await hasher.verify('wrong horse', hash)).to.equal('mismatch')
    hasher.busy = true
    expect(await errorOf(hasher.hash('correct horse'))).to.be.instanceOf(TooBusy)
    expect(await errorOf(hasher.verify('correct horse', hash))).to.be.instanceOf(TooBusy)
  })
})

describe('SequentialIds', () => {
  idGeneratorContract({ make: async () => new SequentialIds() })
})

describe('FakeSecrets', () => {
  secretGeneratorContract({ make: async () => new FakeSecrets() })
})

describe('FakeClock', () => {
  it('moves when told, and by nothing else', () => {
    const clock = new FakeClock(at(0))
    clock.now().setFullYear(1999)
    clock.advance(1.5)
    expect(clock.now()).to.deep.equal(at(1.5))
    clock.set(at(100))
    expect(clock.now()).to.deep.equal(at(100))
  })
})

describe('InMemoryRateLimiter', () => {
  const clock = new FakeClock()
  rateLimiterContract({
    make: async () => new InMemoryRateLimiter(clock),
    advance: (seconds) => {
      clock.advance(seconds)
    },
  })

  it('says how long the window lasts', async () => {
    const limiter = new InMemoryRateLimiter(clock)
    const limit = { name: 'sign-in', attempts: 1, windowSeconds: 60 }
    expect(await limiter.consume(limit, 'ann')).to.deep.equal({
      allowed: true,
      remaining: 0,
      resetSeconds: 60,
    })
    clock.advance(20.5)
    expect(await limiter.consume(limit, 'ann')).to.deep.equal({
      allowed: false,
      remaining: 0,
      resetSeconds: 40,
    })
    clock.advance(39.4)
    expect(await limiter.consume(limit, 'ann')).to.include({ allowed: false, resetSeconds: 1 })
    clock.advance(0.1)
    expect(await limiter.consume(limit, 'ann')).to.include({ allowed: true, resetSeconds: 60 })
  })
})

describe('FakeIdentityProvider', () => {
  identityProviderContract({
    make: async () => {
      const provider = new FakeIdentityProvider()
      return {
        provider,
        approve: async (authorizationUrl, profile) => {
          provider.profile = profile
          return provider.approve(authorizationUrl)
        },
        goDown: async () => {
          provider.down = true
        },
      }
    },
  })
})

describe('FakeAudioSniffer', () => {
  audioSnifferContract({
    make: async () => new FakeAudioSniffer(),
    audio: [
      { name: 'an mp3', format: 'mp3', bytes: Buffer.from('ID3 some audio') },
      { name: 'a wav', format: 'wav', bytes: Buffer.from('RIFF\n\0\0\0WAVEfmt ') },
      { name: 'a flac', format: 'flac', bytes: Buffer.from('fLaC some audio') },
      { name: 'an ogg', format: 'ogg', bytes: Buffer.from('OggS some audio') },
    ],
    unsupported: [{ name: 'a Flash film', bytes: Buffer.from('FWS a film') }],
    notAudio: [
      { name: 'a page', bytes: Buffer.from('<html>ID3</html>') },
      { name: 'a picture in RIFF', bytes: Buffer.from('RIFF\n\0\0\0WEBPVP8 ') },
    ],
  })
})

describe('FakeAudioProbe', () => {
  audioProbeContract({
    make: async () => new FakeAudioProbe(),
    audio: [
      {
        name: 'an mp3',
        format: 'mp3',
        bytes: Buffer.from('ID3 <title:The Song>'.padEnd(2000, '.')),
        media: { codec: 'mp3', durationSeconds: 2, tags: { title: 'The Song' } },
      },
    ],
    truncated: [{ name: 'an mp3', format: 'mp3', bytes: Buffer.from('ID3 <truncated>') }],
  })

  it('believes the markers', async () => {
    const probe = new FakeAudioProbe()
    const verdictOn = async (text: string): Promise<string> => {
      const bytes = Buffer.from(text)
      const content = { sizeBytes: bytes.length, read: async () => bytes }
      return (await probe.probe(content, 'mp3')).verdict
    }
    expect(await verdictOn('ID3 <unreadable>')).to.equal('unreadable')
    expect(await verdictOn('ID3 <unsupported>')).to.equal('unsupported')
  })
})

describe('HeldRetries', () => {
  retriesContract({
    make: () => {
      const retries = new HeldRetries()
      return { retries, settle: () => retries.runAll() }
    },
  })
})
