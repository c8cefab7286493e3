import Wreck from '@hapi/wreck'
import {
  OAuthDenied,
  ProviderUnavailable,
  type ExternalProfile,
  type IdentityProvider,
} from '@audiohost/core'
import { AuthorizationCode } from 'simple-oauth2'
import { boundedAgent } from './bounded-agent.ts'
import { CircuitBreaker, type CircuitBreakerOptions } from './circuit-breaker.ts'
import { failureOf, ProviderFailure, type ProviderStep } from './provider-failure.ts'
import { readYandexProfile } from './yandex-profile.ts'

export interface YandexIdentityProviderOptions {
  readonly clientId: string
  readonly clientSecret: string
  /** As registered at Yandex: ours, ending in `/v1/auth/yandex/callback`. */
  readonly redirectUri: string
  /** Permissions to ask for, such as `login:email login:info`. Without it, those of the registration. */
  readonly scope?: string
  readonly oauthUrl?: string
  readonly profileUrl?: string
  readonly connectTimeoutMs?: number
  /** For both requests together. */
  readonly totalTimeoutMs?: number
  readonly breaker?: CircuitBreakerOptions
}

type Grant = Parameters<IdentityProvider['fetchProfile']>[0]

const maxAnswerBytes = 64 * 1024
const visibleAscii = /^[\x21-\x7e]+$/
const maxCodeLength = 2048

/** Yandex ID (https://yandex.com/dev/id/doc/en/codes/code-url). Its token is used once for the profile and kept nowhere. */
export class YandexIdentityProvider implements IdentityProvider {
  readonly name = 'yandex'
  readonly #options: YandexIdentityProviderOptions
  readonly #oauthUrl: URL
  readonly #profileUrl: URL
  readonly #client: AuthorizationCode
  readonly #breaker: CircuitBreaker

  constructor(options: YandexIdentityProviderOptions) {
    refuseUnusable(options)
    this.#options = options
    this.#oauthUrl = new URL(options.oauthUrl ?? 'https://oauth.yandex.ru')
    this.#profileUrl = new URL(options.profileUrl ?? 'https://login.yandex.ru/info')
    this.#profileUrl.searchParams.set('format', 'json')
    this.#client = new AuthorizationCode({
      client: { id: options.clientId, secret: options.clientSecret },
      auth: { tokenHost: this.#oauthUrl.origin, tokenPath: '/token', authorizePath: '/authorize' },
    })
    this.#breaker = new CircuitBreaker(options.breaker ?? { failureLimit: 5, coolDownMs: 5000 })
  }

  authorizationUrl(request: { readonly state: string; readonly codeChallenge: string }): string {
    const parameters = {
      redirect_uri: this.#options.redirectUri,
      state: request.state,
      code_challenge: request.codeChallenge,
      code_challenge_method: 'S256',
      ...(this.#options.scope !== undefined && { scope: this.#options.scope }),
    }
    return this.#client.authorizeURL(parameters)
  }

  async fetchProfile(grant: Grant): Promise<ExternalProfile> {
    if (grant.code.length > maxCodeLength || !visibleAscii.test(grant.code)) throw new OAuthDenied()
    if (!this.#breaker.allowsAttempt()) {
      const cause = new ProviderFailure('outage', 'Not asked: the requests before failed')
      throw new ProviderUnavailable({ cause })
    }
    try {
      const profile = await this.#askForProfile(grant)
      this.#breaker.succeeded()
      return profile
    } catch (cause) {
      const kind = cause instanceof ProviderFailure ? cause.kind : undefined
      // Only outages count: else strangers could lock everybody out by sending wrong codes.
      if (kind === 'outage') this.#breaker.failed()
      else this.#breaker.succeeded()
      if (kind === undefined) throw cause
      throw kind === 'refused' ? new OAuthDenied('provider', { cause }) : new ProviderUnavailable({ cause })
    }
  }

  async #askForProfile(grant: Grant): Promise<ExternalProfile> {
    const timeoutMs = this.#options.totalTimeoutMs ?? 10_000
    const deadline = AbortSignal.timeout(timeoutMs)
    const ask = async <T>(step: ProviderStep, request: () => Promise<T>): Promise<T> => {
      try {
        return await request()
      } catch (error) {
        if (!deadline.aborted) throw failureOf(step, error)
        throw new ProviderFailure(
          'outage',
          `The ${step} request had no answer when ${timeoutMs} ms were over`,
        )
      }
    }
    const token = await ask('token', () => this.#exchange(grant, deadline))
    if (typeof token !== 'string' || !visibleAscii.test(token)) {
      throw new ProviderFailure('unexpected', 'The answer to the token request lacks an access token')
    }
    const answer = await ask('profile', () => this.#requestProfile(token, deadline))
    return readYandexProfile(answer, this.#options.clientId)
  }

  async #exchange(grant: Grant, deadline: AbortSignal): Promise<unknown> {
    const parameters = {
      code: grant.code,
      code_verifier: grant.codeVerifier,
      redirect_uri: this.#options.redirectUri,
    }
    const accessToken = await this.#client.getToken(parameters, this.#httpOptions(this.#oauthUrl, deadline))
    return accessToken.token.access_token
  }

  async #requestProfile(token: string, deadline: AbortSignal): Promise<unknown> {
    const { payload } = await Wreck.get<unknown>(this.#profileUrl.href, {
      ...this.#httpOptions(this.#profileUrl, deadline),
      headers: { accept: 'application/json', authorization: `OAuth ${token}` },
    })
    return payload
  }

  #httpOptions(url: URL, signal: AbortSignal) {
    const agent = boundedAgent(url, { connectTimeoutMs: this.#options.connectTimeoutMs ?? 3000, signal })
    // 0 makes every redirect an error; false would take its body for the answer.
    return { agent, maxBytes: maxAnswerBytes, redirects: 0, redirect303: true, json: 'force' } as const
  }
}

/** Before simple-oauth2 does: its message would show the secret. */
function refuseUnusable(options: YandexIdentityProviderOptions): void {
  const { clientId, clientSecret, redirectUri, oauthUrl, profileUrl } = options
  if (!visibleAscii.test(clientId)) {
    throw new TypeError('The client id of Yandex must be visible ASCII characters')
  }
  if (!visibleAscii.test(clientSecret)) {
    throw new TypeError('The client secret of Yandex must be visible ASCII characters')
  }
  if (!URL.canParse(redirectUri)) throw new TypeError('The redirect URI of Yandex must be a URL')
  for (const url of [oauthUrl, profileUrl]) {
    if (url !== undefined && !isHttpUrl(url))
      throw new TypeError('The addresses of Yandex must be http or https URLs')
  }
}

const isHttpUrl = (text: string): boolean => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)
