import { partType } from './tus/tus-protocol.ts'
import { bodyTypes } from './uploads/body-types.ts'
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiResponseObject } from 'zod-openapi'
import { problemContentType, statusOfProblem, type ProblemCode } from './problem.ts'
import { z } from 'zod'
import {
  answersOnce,
  errorCodesOf,
  isUnsafe,
  readsIdempotencyKey,
  type MultipartBody,
  type PartBody,
  type JsonBody,
  type Route,
  type ReplySpec,
} from './route.ts'
import { problemSchema } from './schemas/problem.ts'
import { cookieNameOn } from './credentials/session-cookies.ts'
import { basePath, type Site } from './credentials/site.ts'

/** The API as OpenAPI 3.1, from the very values that route and validate. */
export function openApiDocument(routes: readonly Route[], { publicUrl }: Pick<Site, 'publicUrl'>): object {
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {}
  for (const route of routes) {
    const item = (paths[route.path] ??= {})
    item[route.method] = operationOf(route)
    if (servesContent(route)) item.head = headOf(route)
  }
  return createDocument({
    openapi: '3.1.1',
    info: {
      title: 'audiohost',
      version: '1',
      license: { name: 'MIT', identifier: 'MIT' },
      description:
        'Every error is `application/problem+json` (RFC 9457); `code` is a stable word to branch on. A trailing slash never matters. ' +
        'An access token expires after `expires_in` seconds: on 401 `not_authenticated`, send POST `/v1/auth/refresh` once and ' +
        'repeat the request. Media elements and uploads in progress need no refresh while the session lives.',
    },
    servers: [{ url: basePath(publicUrl) || '/' }],
    paths,
    components: { securitySchemes: securitySchemes(publicUrl) },
  })
}

const securitySchemes = (publicUrl: URL) =>
  ({
    cookie: {
      type: 'apiKey',
      in: 'cookie',
      name: cookieNameOn(publicUrl, 'access_token'),
      description:
        'Set by signing in; named with the prefix `__Host-` wherever the service is reached by https',
    },
    media: {
      type: 'apiKey',
      in: 'cookie',
      name: cookieNameOn(publicUrl, 'media'),
      description:
        'Set by signing in and by refreshing; works until the session ends, for GET and HEAD of media only',
    },
    bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
  }) as const

const securityOf = ({ access }: Route) => {
  if (access === 'public') return []
  return [{ cookie: [] }, ...(access === 'media' ? [{ media: [] }] : []), { bearer: [] }]
}

function operationOf(route: Route): ZodOpenApiOperationObject {
  return {
    operationId: route.name,
    summary: route.summary,
    ...(route.description !== undefined && { description: route.description }),
    tags: [route.tag],
    security: securityOf(route),
    requestParams: {
      ...(route.params && { path: route.params as never }),
      ...(route.query && { query: route.query as never }),
      ...headerParamsOf(route),
    },
    ...(route.body && { requestBody: requestBodyOf(route.body) }),
    responses: responsesOf(route),
  }
}

function headerParamsOf(route: Route) {
  const own = route.headers
  if (!readsIdempotencyKey(route)) return own && { header: own as never }
  const key = answersOnce(route) ? keyHeader : repeatableKeyHeader
  return { header: (own ? own.extend(key.shape) : key) as never }
}

/** A string of RFC 8941, or the same without its quotes. */
const idempotencyKeyPattern = /^(?:"(?:[!#-[\]-~]|\\["\\]){1,255}"|[!#-+\--:<-[\]-~]{1,255})$/

const keyHeaderOf = (description: string) =>
  z.object({
    'Idempotency-Key': z.string().regex(idempotencyKeyPattern).optional().meta({ description }),
  })

const keyHeader = keyHeaderOf(
  '1 to 255 visible ASCII characters, in double quotes or without, made up anew for every request and sent again with ' +
    'its retries. For 24 hours the same user, key and request get the first answer again, with `Idempotency-Replayed: true`, ' +
    'and nothing is done twice. Answers that only say "not now" (401, 403, 408, 413, 429 and 5xx) are not kept.',
)

const repeatableKeyHeader = keyHeaderOf(
  'Accepted and without effect: to do this twice does no more than to do it once.',
)
const fileBytes = { type: 'string', format: 'binary', description: 'The file itself' } as const

const partBytes = { type: 'string', format: 'binary', description: 'Bytes of the upload' } as const

function requestBodyOf(body: JsonBody | MultipartBody | PartBody) {
  if (body.kind === 'part') return { content: { [partType]: { schema: partBytes } } }
  if (body.kind === 'multipart') {
    const bytes = Object.fromEntries(bodyTypes.map((type) => [type, { schema: fileBytes }]))
    return { required: true, content: { 'multipart/form-data': { schema: body.schema }, ...bytes } }
  }
  const { schema } = body
  const form = body.orForm && { 'application/x-www-form-urlencoded': { schema } }
  return { required: !schema.safeParse({}).success, content: { 'application/json': { schema }, ...form } }
}

function replyResponses(route: Route): Record<string, ZodOpenApiResponseObject> {
  return Object.fromEntries(
    Object.entries(route.replies).map(([status, reply]) => [
      status,
      replyResponse(reply, answersOnce(route) ? keyedReply : {}),
    ]),
  )
}

function replyResponse(reply: ReplySpec, more: Readonly<Record<string, string>>): ZodOpenApiResponseObject {
  const { description, body, contentTypes = [], headers } = reply
  const documented = { description, headers: headersObject({ ...headers, ...more, ...everyReply }) }
  if (body === 'none') return documented
  if (body !== 'content' && body !== 'asset') {
    return { ...documented, content: { 'application/json': { schema: body } } }
  }
  // OpenAPI 3.1: a body that is raw bytes has no schema.
  return { ...documented, content: Object.fromEntries(contentTypes.map((type) => [type, {}])) }
}

const keyedReply = {
  'Idempotency-Replayed': '`true` where this is the answer to an earlier request with the same key',
}

const everyReply = { 'X-Request-Id': 'The id of this request, as in the log' }

const headersOfStatus: Readonly<Record<number, Readonly<Record<string, string>>>> = {
  401: { 'WWW-Authenticate': '`Bearer`' },
  416: { 'Content-Range': 'The size of the whole: `bytes */size`' },
  429: {
    'Retry-After': 'Seconds until it may be tried again',
    'RateLimit-Limit': 'Attempts in one window',
    'RateLimit-Remaining': 'Attempts left',
    'RateLimit-Reset': 'Seconds until the window ends',
  },
  503: { 'Retry-After': 'Seconds until it may be tried again' },
}

const headersOfCodes = (codes: readonly ProblemCode[]): Readonly<Record<string, string>> =>
  codes.includes('idempotency_key_in_use')
    ? { 'Retry-After': 'Seconds until it may be tried again, with `idempotency_key_in_use`' }
    : {}

/** One response a status, naming every code that it may carry. */
function errorResponses(route: Route): Record<string, ZodOpenApiResponseObject> {
  const all = errorCodesOf(route)
  const statuses = new Set(all.map((code) => statusOfProblem[code]))
  return Object.fromEntries(
    [...statuses].map((status) => {
      const codes = all.filter((code) => statusOfProblem[code] === status)
      return [status.toString(), errorResponse(status, codes, route)]
    }),
  )
}

function errorResponse(
  status: number,
  codes: readonly ProblemCode[],
  { hasSignInProblemPage }: Route,
): ZodOpenApiResponseObject {
  return {
    description: codes.map((code) => `\`${code}\``).join(', '),
    headers: headersObject({ ...headersOfStatus[status], ...headersOfCodes(codes), ...everyReply }),
    content: {
      [problemContentType]: { schema: problemSchema(codes) },
      ...(hasSignInProblemPage && { 'text/html': {} }),
    },
  }
}

const headersObject = (headers: Readonly<Record<string, string>>) =>
  Object.fromEntries(
    Object.entries(headers).map(([name, description]) => [
      name,
      { description, schema: { type: 'string' as const } },
    ]),
  )

const servesContent = (route: Route): boolean =>
  !isUnsafe(route.method) && Object.values(route.replies).some(({ body }) => body === 'content')

/**
 * RFC 9110 section 9.3.2: as GET, without the body; and a range counts for GET only (section 14.2). What needs no bytes is
 * answered here, wherever they are.
 */
function headOf(route: Route): ZodOpenApiOperationObject {
  const { '206': _partial, '302': _elsewhere, '416': _unsatisfiable, ...responses } = responsesOf(route)
  return {
    ...operationOf(route),
    operationId: `${route.name}Head`,
    summary: `${route.summary}: the headers only`,
    responses: Object.fromEntries(
      Object.entries(responses).map(([status, { content: _, ...response }]) => [status, response]),
    ),
  }
}

const responsesOf = (route: Route): Record<string, ZodOpenApiResponseObject> => ({
  ...errorResponses(route),
  ...replyResponses(route),
})
