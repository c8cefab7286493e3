export { AesAnswerSeal } from './aes-answer-seal.ts'
export {
  Argon2PasswordHasher,
  defaultArgon2Parameters,
  type Argon2Parameters,
  type Argon2PasswordHasherOptions,
} from './argon2-password-hasher.ts'
export { HmacMediaTokenSigner } from './hmac-media-token-signer.ts'
export { HmacRefreshTokenSigner } from './hmac-refresh-token-signer.ts'
export { JoseAccessTokenSigner, type JoseAccessTokenSignerOptions } from './jose-access-token-signer.ts'
export { ProviderFailure, type ProviderFailureKind } from './provider-failure.ts'
export { RememberingAccessTokenSigner } from './remembering-access-token-signer.ts'
export { RandomSecretGenerator } from './random-secret-generator.ts'
export {
  deriveServerKeys,
  WeakSecret,
  type KeyRing,
  type KeyUse,
  type ServerKey,
  type ServerKeys,
  type ServerSecrets,
} from './server-keys.ts'
export { SystemClock } from './system-clock.ts'
export { UuidV7Generator } from './uuid-v7-generator.ts'
export { isWeakSecret, minSecretBytes } from './weak-secret.ts'
