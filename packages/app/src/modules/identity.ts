import {
  AesAnswerSeal,
  deriveServerKeys,
  HmacMediaTokenSigner,
  HmacRefreshTokenSigner,
  JoseAccessTokenSigner,
  RandomSecretGenerator,
  RememberingAccessTokenSigner,
  SystemClock,
  UuidV7Generator,
} from '@audiohost/adapters-identity'
import { defaultSessionPolicy, type IdentityProvider, type PasswordHasher } from '@audiohost/core'
import type { Container } from 'inversify'
import { bindValue } from '../bind-class.ts'
import type { Config, YandexConfig } from '../config.ts'
import { ports } from '../tokens.ts'

export interface IdentityModuleOptions {
  readonly config: Config
  readonly internalSecret: string
  readonly hasher: PasswordHasher
}

/** Passwords, tokens, ids, time and providers. */
export async function bindIdentity(
  container: Container,
  { config, internalSecret, hasher }: IdentityModuleOptions,
): Promise<void> {
  const keys = deriveServerKeys({ current: internalSecret, previous: config.secrets.previous })
  const issuer = config.publicUrl.origin
  bindValue(container, ports.hasher, hasher)
  const signing = { keys: keys['access-token'], issuer, audience: issuer }
  const signer = await JoseAccessTokenSigner.create(signing)
  bindValue(container, ports.accessTokens, new RememberingAccessTokenSigner(signer))
  bindValue(container, ports.refreshTokens, new HmacRefreshTokenSigner({ keys: keys['refresh-token'] }))
  bindValue(container, ports.mediaTokens, new HmacMediaTokenSigner({ keys: keys['media-token'] }))
  bindValue(container, ports.answerSeal, new AesAnswerSeal({ keys: keys['answer-seal'] }))
  bindValue(container, ports.providers, await providersOf(config.yandex))
  bindValue(container, ports.secrets, new RandomSecretGenerator())
  bindValue(container, ports.clock, new SystemClock())
  bindValue(container, ports.ids, new UuidV7Generator())
  bindValue(container, ports.sessionPolicy, {
    ...defaultSessionPolicy,
    accessTtlSeconds: config.accessTokenTtlSeconds,
    idleTtlSeconds: config.sessionIdleSeconds,
    absoluteTtlSeconds: config.sessionMaxSeconds,
  })
}

async function providersOf(yandex: YandexConfig | undefined): Promise<readonly IdentityProvider[]> {
  if (!yandex) return []
  // Loaded only where it is used: its OAuth client costs a fifth of the start.
  const { YandexIdentityProvider } = await import('@audiohost/adapters-identity/yandex')
  const { oauthUrl, profileUrl, ...credentials } = yandex
  return [
    new YandexIdentityProvider({
      ...credentials,
      ...(oauthUrl !== undefined && { oauthUrl }),
      ...(profileUrl !== undefined && { profileUrl }),
    }),
  ]
}
