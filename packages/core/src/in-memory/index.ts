export { CollectedIncidents } from './collected-incidents.ts'
export { FakeAccessTokenSigner } from './fake-access-token-signer.ts'
export { FakeAnswerSeal } from './fake-answer-seal.ts'
export { FakeAudioProbe } from './fake-audio-probe.ts'
export { FakeAudioSniffer } from './fake-audio-sniffer.ts'
export { FakeClock } from './fake-clock.ts'
export { FakeIdentityProvider } from './fake-identity-provider.ts'
export { FakePasswordHasher } from './fake-password-hasher.ts'
export { FakeRefreshTokenSigner } from './fake-refresh-token-signer.ts'
export { FakeSecrets } from './fake-secrets.ts'
export { HeldRetries } from './held-retries.ts'
export { inMemoryAdapters, type InMemoryAdapters } from './in-memory-adapters.ts'
export {
  InMemoryAudioContentStore,
  type InMemoryAudioContentStoreOptions,
} from './in-memory-audio-content-store.ts'
export { InMemoryRateLimiter } from './in-memory-rate-limiter.ts'
export { inMemoryRepositories } from './in-memory-repositories.ts'
export { SequentialIds } from './sequential-ids.ts'
