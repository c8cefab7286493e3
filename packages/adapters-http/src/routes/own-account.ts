import { parseSessionId, SessionNotFound, type Session } from '@audiohost/core'
import { z } from 'zod'
import { currentPasswordLimits } from '../rate-limits.ts'
import { json, route } from '../route.ts'
import { idParameter, name, newEmail, newPassword, secret, surname } from '../schemas/fields.ts'
import { cursor, limit, linkHeader, pageReply, pageSchema, readPage } from '../schemas/page.ts'
import { sessionSchema, showSession } from '../schemas/session.ts'
import { showUsage, usageSchema } from '../schemas/usage.ts'
import { showUser, userSchema } from '../schemas/user.ts'
import { clearedSessionCookies } from '../credentials/session-cookies.ts'
import { cookiesCleared } from './signed-in-reply.ts'

const forgetCookies = {
  cookies: clearedSessionCookies,
  headers: { 'Clear-Site-Data': '"cookies"' },
}

const showMe = route({
  name: 'getMe',
  method: 'get',
  path: '/v1/auth/me',
  summary: 'Who is signed in',
  tag: 'Own account',
  access: 'user',
  replies: { 200: { description: 'The user of this session', body: userSchema } },
  errors: [],
  async handle({ signedIn }) {
    return { status: 200, body: showUser(signedIn.user) }
  },
})

const showUsageOfMe = route({
  name: 'getMyUsage',
  method: 'get',
  path: '/v1/auth/me/usage',
  summary: 'What is stored, and how much may be',
  tag: 'Own account',
  access: 'user',
  replies: { 200: { description: 'The usage and the limits', body: usageSchema } },
  errors: [],
  async handle({ actor }, { getUsage }) {
    return { status: 200, body: showUsage(await getUsage.execute({ actor, id: actor.userId })) }
  },
})

const updateMe = route({
  name: 'updateMe',
  method: 'patch',
  path: '/v1/auth/me',
  summary: 'Change the own account',
  description:
    'A new password or e-mail address needs `current_password` wherever the account has a password. ' +
    'A new password ends all other sessions. If the response was lost, send the same request again: it succeeds.',
  tag: 'Own account',
  access: 'user',
  body: json(
    z
      .strictObject({
        name: name.optional(),
        surname: surname.optional(),
        email: newEmail.optional(),
        password: newPassword.optional(),
        current_password: secret.optional().meta({ format: 'password' }),
      })
      .meta({ example: { name: 'Ada', surname: 'Lovelace' } }),
  ),
  limits: currentPasswordLimits,
  replies: { 200: { description: 'The changed user', body: userSchema } },
  errors: ['wrong_password', 'email_taken', 'too_busy', 'user_not_found'],
  async handle({ actor, body }, { updateOwnAccount }) {
    const { current_password: currentPassword, ...changes } = body
    return {
      status: 200,
      body: showUser(await updateOwnAccount.execute({ actor, ...changes, currentPassword })),
    }
  },
})

const deleteMe = route({
  name: 'deleteMe',
  method: 'delete',
  path: '/v1/auth/me',
  summary: 'Delete the own account with everything in it',
  tag: 'Own account',
  access: 'user',
  replies: {
    204: { description: 'Account, sessions and audio are gone', body: 'none', headers: cookiesCleared },
  },
  errors: ['last_admin', 'user_not_found'],
  async handle({ actor }, { deleteUser }) {
    await deleteUser.execute({ actor, id: actor.userId })
    return { status: 204, ...forgetCookies }
  },
})

const listSessions = route({
  name: 'listSessions',
  method: 'get',
  path: '/v1/auth/sessions',
  summary: 'Where the own account is signed in',
  tag: 'Own account',
  access: 'user',
  query: z.object({ limit, cursor }),
  replies: {
    200: { description: 'A page, newest first', body: pageSchema(sessionSchema), headers: linkHeader },
  },
  errors: ['invalid_cursor'],
  async handle({ actor, query }, { listSessions, site }) {
    const page = await listSessions.execute({ actor, page: readPage(query) })
    const show = (session: Session) => showSession(session, actor.sessionId)
    return pageReply({ site, path: '/v1/auth/sessions' }, query, { page, show })
  },
})

const endSession = route({
  name: 'endSession',
  method: 'delete',
  path: '/v1/auth/sessions/{id}',
  summary: 'Sign out one session',
  description: 'In a repeated request, 404 says that the session has ended.',
  tag: 'Own account',
  access: 'user',
  params: z.object({ id: idParameter(parseSessionId) }),
  absent: SessionNotFound,
  replies: { 204: { description: 'The session has ended', body: 'none' } },
  errors: ['session_not_found'],
  async handle({ actor, params }, { endSession }) {
    await endSession.execute({ actor, sessionId: params.id })
    return { status: 204, ...(params.id === actor.sessionId && forgetCookies) }
  },
})

const endOtherSessions = route({
  name: 'endOtherSessions',
  method: 'delete',
  path: '/v1/auth/sessions',
  summary: 'Sign out everywhere but here',
  tag: 'Own account',
  access: 'user',
  replies: { 204: { description: 'Only this session is left', body: 'none' } },
  errors: [],
  async handle({ actor }, { endOtherSessions }) {
    await endOtherSessions.execute({ actor })
    return { status: 204 }
  },
})

export const ownAccountRoutes = [
  showMe,
  showUsageOfMe,
  updateMe,
  deleteMe,
  listSessions,
  endSession,
  endOtherSessions,
]
