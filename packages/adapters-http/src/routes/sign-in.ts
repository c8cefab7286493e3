import { InvalidRefreshToken, NotAuthenticated } from '@audiohost/core'
import { z } from 'zod'
import { loginLimits, refreshLimits, registrationLimits } from '../rate-limits.ts'
import { json, route } from '../route.ts'
import { email, examplePassword, secret } from '../schemas/fields.ts'
import { registration } from '../schemas/registration.ts'
import { tokenResponseSchema } from '../schemas/session.ts'
import { showUser, userSchema } from '../schemas/user.ts'
import { clearedSessionCookies } from '../credentials/session-cookies.ts'
import { cookiesCleared, cookiesSet, signedInReply } from './signed-in-reply.ts'

const register = route({
  name: 'register',
  method: 'post',
  path: '/v1/auth/registration',
  summary: 'Open an account',
  tag: 'Sign-in',
  access: 'public',
  body: json(registration),
  limits: registrationLimits,
  atOnce: 16,
  replies: { 201: { description: 'The new user', body: userSchema } },
  errors: ['email_taken'],
  async handle({ body, client: { address } }, { registerUser }) {
    const { password2: _, ...input } = body
    const user = await registerUser.execute({ ...input, address })
    return { status: 201, body: showUser(user), owner: { userId: user.id } }
  },
})

const logIn = route({
  name: 'logIn',
  method: 'post',
  path: '/v1/auth/login',
  summary: 'Sign in with e-mail address and password',
  description: 'An unknown address, a wrong password and a disabled account get the same answer.',
  tag: 'Sign-in',
  access: 'public',
  body: json(
    z.strictObject({
      email,
      password: secret.meta({ format: 'password', example: examplePassword }),
      token_delivery: z.enum(['cookie', 'body']).optional().meta({
        description: '`body` answers with the tokens and sets no cookies: for clients that keep none',
      }),
    }),
  ),
  limits: loginLimits,
  opensSession: true,
  // What the gate in front of Argon2id lets wait.
  atOnce: 64,
  replies: {
    200: {
      description: 'The user, with the tokens in cookies; or the tokens in the body',
      body: z.union([userSchema, tokenResponseSchema]),
      headers: cookiesSet,
    },
  },
  errors: ['invalid_credentials', 'not_authenticated'],
  async handle({ body, client }, { logIn }) {
    const signedIn = await logIn.execute({ ...body, userAgent: client.userAgent, address: client.address })
    return signedInReply(signedIn, body.token_delivery ?? 'cookie')
  },
})

const refresh = route({
  name: 'refreshSession',
  method: 'post',
  path: '/v1/auth/refresh',
  summary: 'Exchange the refresh token for a new pair',
  description:
    'Refresh when a request gets 401 `not_authenticated`, or shortly before `expires_in` is over. ' +
    'The answer goes the way the refresh token came: in cookies, or in the body. If the response was lost, present the same ' +
    'token again: it returns the same successor until the successor is used, to refresh or by its access token, and for 10 ' +
    'seconds after that. Then, and with any older token, the session ends (`refresh_token_reused`).',
  tag: 'Sign-in',
  access: 'public',
  body: json(
    z
      .strictObject({ refresh_token: secret.optional() })
      .meta({ description: 'Without a token, that of the cookie', example: {} }),
  ),
  limits: refreshLimits,
  replies: {
    200: {
      description: 'The user, with new cookies; or the new tokens',
      body: z.union([userSchema, tokenResponseSchema]),
      headers: cookiesSet,
    },
  },
  errors: ['invalid_refresh_token', 'refresh_token_reused'],
  async handle({ body, credentials, client: { address } }, { refreshSession }) {
    const refreshToken = body.refresh_token ?? credentials.refreshCookie
    if (refreshToken === undefined) throw new InvalidRefreshToken('missing')
    const signedIn = await refreshSession.execute({ refreshToken, address })
    return signedInReply(signedIn, body.refresh_token === undefined ? 'cookie' : 'body')
  },
})

const logOut = route({
  name: 'logOut',
  method: 'post',
  path: '/v1/auth/logout',
  summary: 'End this session',
  description:
    'Also with an access token that has expired, as long as the refresh cookie names the session. If the session has ' +
    'ended before, as in a repeated request whose first response was lost, the answer is 401 and clears the cookies.',
  tag: 'Sign-in',
  access: 'public',
  signsOut: true,
  replies: { 204: { description: 'The session has ended', body: 'none', headers: cookiesCleared } },
  errors: ['not_authenticated'],
  async handle({ credentials, client: { address } }, { logOut }) {
    const { accessToken, refreshToken } = credentials
    if (accessToken === undefined && refreshToken === undefined) throw new NotAuthenticated()
    await logOut.execute({ accessToken, refreshToken, address })
    return { status: 204, cookies: clearedSessionCookies, headers: { 'Clear-Site-Data': '"cookies"' } }
  },
})

export const signInRoutes = [register, logIn, refresh, logOut]
