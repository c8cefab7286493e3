import { UserNotFound } from '@audiohost/core'
import { z } from 'zod'
import { json, route } from '../route.ts'
import { email, exampleId, name, newEmail, surname, userId } from '../schemas/fields.ts'
import {
  cursor,
  limit,
  linkHeader,
  pageReply,
  pageSchema,
  readPage,
  readSearch,
  search,
} from '../schemas/page.ts'
import { quotaSchema, showQuota } from '../schemas/usage.ts'
import { showUser, userSchema } from '../schemas/user.ts'

const listUsers = route({
  name: 'listUsers',
  method: 'get',
  path: '/v1/user/',
  summary: 'All users, newest first',
  tag: 'Users',
  access: 'admin',
  query: z.object({
    limit,
    cursor,
    q: search.meta({ description: 'Part of a name, surname or e-mail address' }),
  }),
  replies: { 200: { description: 'A page of users', body: pageSchema(userSchema), headers: linkHeader } },
  errors: ['invalid_cursor'],
  async handle({ actor, query }, { listUsers, site }) {
    const filter = { search: readSearch(query.q) }
    const page = await listUsers.execute({ actor, page: readPage(query), filter })
    return pageReply({ site, path: '/v1/user/' }, query, { page, show: showUser })
  },
})

const getUser = route({
  name: 'getUser',
  method: 'post',
  path: '/v1/user/get_user',
  summary: 'One user, by id or by e-mail address',
  tag: 'Users',
  access: 'admin',
  body: json(
    z
      .strictObject({ id: userId.optional(), email: email.optional() })
      .refine(({ id, email }) => (id === undefined) !== (email === undefined), {
        message: 'Give exactly one of id and email',
        params: { code: 'exactly_one', isOfDomain: true },
        when: ({ value }) => typeof value === 'object' && value !== null,
      })
      .meta({
        description: 'Exactly one of the two',
        example: { email: 'ada@example.org' },
        override: { oneOf: [{ required: ['id'] }, { required: ['email'] }] },
      }),
  ),
  replies: { 200: { description: 'The user', body: userSchema } },
  errors: ['user_not_found'],
  async handle({ actor, body }, { getUser }) {
    return { status: 200, body: showUser(await getUser.execute({ actor, ...body })) }
  },
})

const updateUser = route({
  name: 'updateUser',
  method: 'put',
  path: '/v1/user/update_user',
  summary: 'Change a user; what is not named stays',
  description: 'A user who is no longer active is signed out everywhere at once.',
  tag: 'Users',
  access: 'admin',
  body: json(
    z
      .strictObject({
        id: userId,
        name: name.optional(),
        surname: surname.optional(),
        email: newEmail.optional(),
        is_admin: z.boolean().optional(),
        is_active: z.boolean().optional(),
      })
      .meta({ example: { id: exampleId, name: 'Ada', is_active: true } }),
  ),
  replies: { 200: { description: 'The changed user', body: userSchema } },
  errors: ['user_not_found', 'email_taken', 'last_admin'],
  async handle({ actor, body }, { updateUser }) {
    const { is_admin: isAdmin, is_active: isActive, ...changes } = body
    return { status: 200, body: showUser(await updateUser.execute({ actor, ...changes, isAdmin, isActive })) }
  },
})

const deleteUser = route({
  name: 'deleteUser',
  method: 'delete',
  path: '/v1/user/delete_user',
  summary: 'Delete a user with sessions and audio, bytes included',
  description:
    'In a repeated request, 404 says that the user is gone; with its `Idempotency-Key` it gets 204 again.',
  tag: 'Users',
  access: 'admin',
  query: z.object({ id: userId }),
  replies: { 204: { description: 'The user is gone', body: 'none' } },
  errors: ['user_not_found', 'last_admin'],
  async handle({ actor, query }, { deleteUser }) {
    await deleteUser.execute({ actor, id: query.id })
    return { status: 204 }
  },
})

const quotaParams = z.object({ id: userId })

const getQuota = route({
  name: 'getQuota',
  method: 'get',
  path: '/v1/user/{id}/quota',
  summary: "A user's own limits",
  tag: 'Users',
  access: 'admin',
  params: quotaParams,
  absent: UserNotFound,
  replies: { 200: { description: 'The limits', body: quotaSchema } },
  errors: ['user_not_found'],
  async handle({ actor, params }, { getUsage }) {
    return { status: 200, body: showQuota(await getUsage.execute({ actor, id: params.id })) }
  },
})

const setQuota = route({
  name: 'setQuota',
  method: 'put',
  path: '/v1/user/{id}/quota',
  summary: 'Give a user limits of their own',
  description: 'Audio beyond a lower limit stays; further uploads are refused.',
  tag: 'Users',
  access: 'admin',
  params: quotaParams,
  absent: UserNotFound,
  body: json(quotaSchema),
  replies: { 200: { description: 'The limits', body: quotaSchema } },
  errors: ['user_not_found'],
  async handle({ actor, params, body }, { setQuota, getUsage }) {
    const own = { bytes: body.quota_bytes ?? undefined, files: body.quota_files ?? undefined }
    await setQuota.execute({ actor, id: params.id, own })
    return { status: 200, body: showQuota(await getUsage.execute({ actor, id: params.id })) }
  },
})

export const userRoutes = [listUsers, getUser, updateUser, deleteUser, getQuota, setQuota]
