import type {
  AnswerSeal,
  AccessTokenSigner,
  AudioContentStore,
  AudioInventory,
  AudioLeftovers,
  AudioProbe,
  AudioRepository,
  AudioSniffer,
  Clock,
  ExternalIdentityRepository,
  IdempotencyRecords,
  IdentityProvider,
  IdGenerator,
  IncidentReporter,
  PasswordHasher,
  PasswordRepository,
  Quota,
  QuotaRepository,
  PendingLoginRepository,
  RateLimiter,
  RefreshTokenSigner,
  SecretGenerator,
  SessionPolicy,
  SessionRepository,
  UserRepository,
} from '@audiohost/core'

declare const carried: unique symbol

/** A name in the container that carries the type behind it; a plain symbol would carry none. */
export type Token<T> = symbol & { readonly [carried]?: T }

const token = <T>(name: string): Token<T> => Symbol(name)

export const ports = {
  users: token<UserRepository>('UserRepository'),
  passwords: token<PasswordRepository>('PasswordRepository'),
  quotas: token<QuotaRepository>('QuotaRepository'),
  identities: token<ExternalIdentityRepository>('ExternalIdentityRepository'),
  sessions: token<SessionRepository>('SessionRepository'),
  pendingLogins: token<PendingLoginRepository>('PendingLoginRepository'),
  audio: token<AudioRepository>('AudioRepository'),
  idempotency: token<IdempotencyRecords>('IdempotencyRecords'),
  leftovers: token<AudioLeftovers>('AudioLeftovers'),
  inventory: token<AudioInventory>('AudioInventory'),
  contents: token<AudioContentStore>('AudioContentStore'),
  sniffer: token<AudioSniffer>('AudioSniffer'),
  probe: token<AudioProbe>('AudioProbe'),
  hasher: token<PasswordHasher>('PasswordHasher'),
  accessTokens: token<AccessTokenSigner>('AccessTokenSigner'),
  refreshTokens: token<RefreshTokenSigner>('RefreshTokenSigner'),
  answerSeal: token<AnswerSeal>('AnswerSeal'),
  providers: token<readonly IdentityProvider[]>('IdentityProviders'),
  rateLimiter: token<RateLimiter>('RateLimiter'),
  incidents: token<IncidentReporter>('IncidentReporter'),
  secrets: token<SecretGenerator>('SecretGenerator'),
  clock: token<Clock>('Clock'),
  ids: token<IdGenerator>('IdGenerator'),
  sessionPolicy: token<SessionPolicy>('SessionPolicy'),
  maxUploadBytes: token<number>('MaxUploadBytes'),
  defaultQuota: token<Quota>('DefaultQuota'),
}
