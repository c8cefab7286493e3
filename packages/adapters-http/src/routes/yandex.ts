import { z } from 'zod'
import { externalLoginLimits } from '../rate-limits.ts'
import { checkReturnTo } from '../credentials/return-to.ts'
import { json, route } from '../route.ts'
import { showUser, userSchema } from '../schemas/user.ts'
import { oauthLoginCookie, sessionCookies } from '../credentials/session-cookies.ts'

const provider = 'yandex'

const beginLogin = route({
  name: 'beginYandexLogin',
  method: 'post',
  path: '/v1/auth/yandex/login',
  summary: 'Go to Yandex to sign in',
  tag: 'Sign-in',
  access: 'public',
  // Each sign-in needs a state of its own; those that nobody finishes are forgotten.
  isRepeatable: true,
  hasSignInProblemPage: true,
  body: {
    ...json(
      z.strictObject({
        return_to: z
          .string()
          .optional()
          .meta({ description: 'A path on this service, or a URL on an allowed origin', example: '/' }),
      }),
    ),
    orForm: true,
  },
  limits: externalLoginLimits,
  replies: {
    303: {
      description: 'To the provider, with `state` and a PKCE S256 challenge',
      body: 'none',
      headers: { Location: 'The page of the provider', 'Set-Cookie': 'Binds the sign-in to this browser' },
    },
  },
  errors: ['provider_not_configured'],
  async handle({ body, credentials }, { beginExternalLogin, site }) {
    const returnTo = checkReturnTo(body.return_to, site)
    const { redirectTo, browserKey } = await beginExternalLogin.execute({
      provider,
      returnTo,
      browserKey: credentials.oauthLogin,
    })
    return { status: 303, headers: { Location: redirectTo }, cookies: [oauthLoginCookie(browserKey)] }
  },
})

// RFC 6749 appendix A.5 and A.11: visible characters and the space.
const fromProvider = z
  .string()
  .max(2048)
  .regex(/^[\x20-\x7e]+$/, 'must be printable ASCII')
  .optional()

const completeLogin = route({
  name: 'completeYandexLogin',
  method: 'get',
  path: '/v1/auth/yandex/callback',
  summary: 'Come back from Yandex',
  description:
    'Sends the browser on to `return_to`; a client that prefers JSON gets the user instead. A client that prefers HTML gets problems as a page with a link back.',
  tag: 'Sign-in',
  access: 'public',
  hasSignInProblemPage: true,
  query: z.object({ code: fromProvider, state: fromProvider, error: z.string().optional() }),
  limits: externalLoginLimits,
  replies: {
    200: { description: 'The user', body: userSchema, headers: { 'Set-Cookie': 'The tokens' } },
    303: {
      description: 'To `return_to`',
      body: 'none',
      headers: { Location: '`return_to`, or `/`', 'Set-Cookie': 'The tokens' },
    },
  },
  errors: [
    'oauth_state_invalid',
    'oauth_denied',
    'email_taken_by_other_account',
    'provider_unavailable',
    'provider_not_configured',
    'not_authenticated',
  ],
  async handle({ query, credentials, client, prefersJson, setWayBack }, { completeExternalLogin }) {
    const { user, tokens, returnTo } = await completeExternalLogin.execute({
      provider,
      code: query.error === undefined ? query.code : undefined,
      state: query.state,
      browserKey: credentials.oauthLogin,
      userAgent: client.userAgent,
      address: client.address,
      onPendingFound: setWayBack,
    })
    // The OAuth cookie stays until it expires: another tab of this browser may still be at the provider.
    const cookies = sessionCookies(tokens)
    return prefersJson()
      ? { status: 200, body: showUser(user), cookies }
      : { status: 303, headers: { Location: returnTo }, cookies }
  },
})

export const yandexRoutes = [beginLogin, completeLogin]
