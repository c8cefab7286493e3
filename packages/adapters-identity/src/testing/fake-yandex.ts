import { OAuth2Server, type MutableRedirectUri, type MutableResponse } from 'oauth2-mock-server'
import type { IncomingMessage } from 'node:http'

export interface FakeYandexOptions {
  readonly clientId?: string
  readonly clientSecret?: string
}

/**
 * An OAuth server on a free port of the loopback interface, with the paths and shapes of Yandex. The person at it
 * agrees to everything: a request to `/authorize` redirects at once with a code, which works once and with its PKCE verifier only.
 */
export interface FakeYandex {
  readonly oauthUrl: string
  readonly profileUrl: string
  readonly clientId: string
  readonly clientSecret: string
  /** What `/info` answers; by default Ann's profile for our client. Any JSON value, to play a broken Yandex. */
  profile: unknown
  /** While true, the person at the provider refuses: the redirect carries `error=access_denied`. */
  refuses: boolean
  /** Plays the browser: follows the authorization URL and returns what the redirect to us carries. */
  authorize(
    authorizationUrl: string,
  ): Promise<{ code: string | undefined; state: string | undefined; redirect: URL }>
  stop(): Promise<void>
}

export async function startFakeYandex(options: FakeYandexOptions = {}): Promise<FakeYandex> {
  const { clientId = 'fake-yandex-client', clientSecret = 'fake-yandex-client-secret' } = options
  const endpoints = { token: '/token', authorize: '/authorize', userinfo: '/info' }
  const server = new OAuth2Server(undefined, undefined, { endpoints })
  await server.issuer.keys.generate('RS256')
  await server.start(0, '127.0.0.1')
  const oauthUrl = `http://127.0.0.1:${server.address().port}`
  const fake: FakeYandex = {
    oauthUrl,
    profileUrl: `${oauthUrl}/info`,
    clientId,
    clientSecret,
    profile: annAt(clientId),
    refuses: false,
    authorize,
    stop: () => server.stop(),
  }
  speakLikeYandex(server, fake)
  return fake
}

function speakLikeYandex({ service }: OAuth2Server, fake: FakeYandex): void {
  const issued = new Set<string>()
  const basic = Buffer.from(`${fake.clientId}:${fake.clientSecret}`).toString('base64')

  service.on('beforeAuthorizeRedirect', ({ url }: MutableRedirectUri) => {
    if (!fake.refuses) return
    url.searchParams.delete('code')
    url.searchParams.set('error', 'access_denied')
  })
  service.on('beforeResponse', (response: MutableResponse, request: IncomingMessage) => {
    if (request.headers.authorization !== `Basic ${basic}`) {
      replace(response, 400, { error: 'invalid_client', error_description: 'Wrong client secret' })
      return
    }
    const token = `y0_fake-token-${issued.size + 1}`
    issued.add(`OAuth ${token}`)
    replace(response, 200, {
      access_token: token,
      token_type: 'bearer',
      expires_in: 31_536_000,
      refresh_token: `1:fake-refresh-token-${issued.size}`,
    })
  })
  service.on('beforeUserinfo', (response: MutableResponse, request: IncomingMessage) => {
    if (issued.has(request.headers.authorization ?? '')) replace(response, 200, fake.profile)
    else replace(response, 401, '')
  })
}

function replace(response: MutableResponse, status: number, body: unknown): void {
  response.statusCode = status
  response.body = body as MutableResponse['body']
}

async function authorize(authorizationUrl: string): ReturnType<FakeYandex['authorize']> {
  const answer = await fetch(authorizationUrl, { redirect: 'manual' })
  const location = answer.headers.get('location')
  if (location === null) throw new Error(`The fake provider answered ${answer.status} without a redirect`)
  const redirect = new URL(location)
  const { searchParams } = redirect
  return {
    code: searchParams.get('code') ?? undefined,
    state: searchParams.get('state') ?? undefined,
    redirect,
  }
}

/** A profile as documented at https://yandex.com/dev/id/doc/en/user-information. */
const annAt = (clientId: string) => ({
  id: '1000034426',
  login: 'ann.lee',
  client_id: clientId,
  display_name: 'annie',
  real_name: 'Ann Lee',
  first_name: 'Ann',
  last_name: 'Lee',
  sex: 'female',
  default_email: 'ann.lee@yandex.ru',
  emails: ['ann.lee@yandex.ru'],
  psuid: '1.AAceCw.fake',
})
