import { InvalidInput, type InputIssue } from '@audiohost/core'
import type Koa from 'koa'
import type { Site } from './credentials/site.ts'
import { invalidCursor } from './cursor.ts'
import { readJsonBody } from './read-json-body.ts'
import type { MultipartBody, Route, UploadBody } from './route.ts'
import { receivedPart } from './uploads/received-part.ts'
import { receiveUpload } from './uploads/receive-upload.ts'
import { check, maxIssues } from './validate.ts'

interface Checked {
  readonly value: unknown
  readonly issues: readonly InputIssue[]
}

const nothing: Checked = { value: undefined, issues: [] }

/**
 * Query and body as the schemas of the route give them. A body that is a stream is checked by its reader.
 * @throws InvalidInput with the faults of both; HttpProblem for an unreadable body or a malformed cursor
 */
export async function readInput(
  ctx: Koa.Context,
  route: Route,
  { maxUploadBytes }: Pick<Site, 'maxUploadBytes'>,
): Promise<{ readonly query: unknown; readonly body: unknown }> {
  const query = checkQuery(route, ctx.querystring)
  const body =
    route.body?.kind === 'json' ? check(route.body.schema, await readJsonBody(ctx, route.body)) : nothing
  const issues = [...query.issues, ...body.issues].slice(0, maxIssues)
  if (issues.length > 0) throw refusalOf(issues)
  if (route.body?.kind === 'part') return { query: query.value, body: receivedPart(ctx) }
  if (route.body?.kind === 'multipart') {
    return { query: query.value, body: uploadBody(ctx, route.body, maxUploadBytes) }
  }
  return { query: query.value, body: body.value }
}

function uploadBody(ctx: Koa.Context, { fields }: MultipartBody, maxUploadBytes: number): UploadBody {
  const issuesOfFields = (values: object): readonly InputIssue[] => check(fields, values).issues
  return { receive: (use) => receiveUpload(ctx, { maxUploadBytes, issuesOfFields }, use) }
}

const refusalOf = (issues: readonly InputIssue[]): Error =>
  issues.every(({ code }) => code === 'invalid_cursor') ? invalidCursor() : new InvalidInput(issues)

function checkQuery({ query: schema }: Route, querystring: string): Checked {
  if (!schema) return nothing
  const query = new URLSearchParams(querystring)
  const seen = new Set<string>()
  const repeated = new Set<string>()
  for (const name of query.keys()) (seen.has(name) ? repeated : seen).add(name)
  const { value, issues } = check(schema, Object.fromEntries(query))
  return { value, issues: [...[...repeated].map(repeatedIssue), ...issues] }
}

function repeatedIssue(name: string): InputIssue {
  const shown = name.slice(0, 100).toWellFormed()
  return { path: `/${shown}`, code: 'duplicate', message: `${shown} is given twice` }
}
