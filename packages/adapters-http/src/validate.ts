import { InvalidInput, type InputIssue } from '@audiohost/core'
import type { z } from 'zod'

/** A reply names at most so many faults. */
export const maxIssues = 20
const maxNameLength = 100

/** The input as the schema gives it. @throws InvalidInput, in the words that the domain uses for its own refusals */
export function validate(schema: z.ZodType, input: unknown): unknown {
  const { value, issues } = check(schema, input)
  if (issues.length > 0) throw new InvalidInput(issues)
  return value
}

/** The same for a caller that gathers the issues of several inputs; `value` is undefined if there are any. */
export function check(
  schema: z.ZodType,
  input: unknown,
): { readonly value: unknown; readonly issues: readonly InputIssue[] } {
  const result = schema.safeParse(input)
  if (result.success) return { value: result.data, issues: [] }
  const all = result.error.issues.flatMap((issue) => issuesOf(issue, input))
  return { value: undefined, issues: withoutRepeats(all).slice(0, maxIssues) }
}

/** A schema and the domain may find the same fault of a field. */
const withoutRepeats = (issues: readonly InputIssue[]): readonly InputIssue[] => [
  ...new Map(issues.map((issue) => [`${issue.path} ${issue.code}`, issue])).values(),
]

function issuesOf(issue: z.core.$ZodIssue, input: unknown): readonly InputIssue[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.slice(0, maxIssues).map((key) => {
      const path = pointer([...issue.path, key])
      return { path, code: 'unknown_field', message: `${labelOf(path)} is not a field of this request` }
    })
  }
  const path = pointer(issue.path)
  if (isOfDomain(issue)) return [{ path, code: issue.params.code, message: issue.message }]
  const isMissing = issue.code === 'invalid_type' && valueAt(input, issue.path) === undefined
  return [
    isMissing
      ? { path, code: 'required', message: `${labelOf(path)} is required` }
      : { path, code: codeOf(issue), message: `${labelOf(path)} ${messageOf(issue)}` },
  ]
}

/** Its message is a sentence already. */
const isOfDomain = (
  issue: z.core.$ZodIssue,
): issue is z.core.$ZodIssueCustom & { params: { code: string } } =>
  issue.code === 'custom' && issue.params?.isOfDomain === true

function codeOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'custom') return typeof issue.params?.code === 'string' ? issue.params.code : 'invalid'
  if (issue.code === 'too_big') return issue.origin === 'string' ? 'too_long' : 'too_big'
  if (issue.code === 'too_small') return issue.origin === 'string' ? 'too_short' : 'too_small'
  return issue.code
}

function messageOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `must be of the type ${issue.expected}`
    case 'too_big':
      return `must be at most ${issue.maximum.toString()}${issue.origin === 'string' ? ' characters long' : ''}`
    case 'too_small':
      return `must be at least ${issue.minimum.toString()}${issue.origin === 'string' ? ' characters long' : ''}`
    case 'invalid_value':
      return `must be one of: ${issue.values.map(String).join(', ')}`
    default:
      return issue.message
  }
}

/** RFC 6901. Names come from the client, so they are cut to a length that a reply can carry. */
const pointer = (path: readonly PropertyKey[]): string =>
  path
    .map(
      (key) =>
        `/${String(key).slice(0, maxNameLength).toWellFormed().replaceAll('~', '~0').replaceAll('/', '~1')}`,
    )
    .join('')

const labelOf = (path: string): string => (path === '' ? 'The body' : path.slice(1))

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, key)
        ? Reflect.get(value, key)
        : undefined,
    input,
  )
}
