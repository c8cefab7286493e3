import { publicPath, type Site } from './credentials/site.ts'
import {
  CoreError,
  InvalidInput,
  NotAudio,
  TooBusy,
  UploadOffsetConflict,
  type ErrorCode,
  type InputIssue,
} from '@audiohost/core'

/** The status of every refusal of the domain; a new one does not compile without its line here. */
export const statusOf = {
  invalid_input: 422,
  not_authenticated: 401,
  admin_required: 403,
  email_taken: 409,
  invalid_credentials: 401,
  wrong_password: 403,
  invalid_refresh_token: 401,
  refresh_token_reused: 401,
  session_not_found: 404,
  user_not_found: 404,
  last_admin: 409,
  provider_not_configured: 404,
  provider_unavailable: 502,
  oauth_state_invalid: 400,
  oauth_denied: 401,
  email_taken_by_other_account: 409,
  audio_not_found: 404,
  unsupported_audio: 415,
  not_audio: 422,
  audio_too_complex: 422,
  content_too_large: 413,
  upload_length_exceeded: 413,
  upload_aborted: 409,
  upload_interrupted: 400,
  digest_mismatch: 422,
  quota_exceeded: 507,
  storage_full: 507,
  storage_unavailable: 503,
  content_missing: 500,
  content_damaged: 500,
  too_busy: 503,
  idempotency_key_reused: 422,
  upload_not_found: 404,
  upload_offset_conflict: 409,
  upload_busy: 423,
  upload_too_fragmented: 422,
  upload_damaged: 500,
} as const satisfies Record<ErrorCode, number>

/** The refusals that only HTTP knows. */
export const httpStatusOf = {
  malformed_request: 400,
  malformed_body: 400,
  duplicate_cookie: 400,
  cross_site_request: 403,
  not_found: 404,
  method_not_allowed: 405,
  not_acceptable: 406,
  request_timeout: 408,
  idempotency_key_in_use: 409,
  precondition_failed: 412,
  body_too_large: 413,
  uri_too_long: 414,
  unsupported_media_type: 415,
  range_not_satisfiable: 416,
  expectation_failed: 417,
  invalid_cursor: 422,
  rate_limited: 429,
  headers_too_large: 431,
  // Of tus 1.0, extension Checksum.
  checksum_mismatch: 460,
  internal_error: 500,
  transfer_coding_not_supported: 501,
  unavailable: 503,
  database_unavailable: 503,
  http_version_not_supported: 505,
} as const

export type HttpErrorCode = keyof typeof httpStatusOf
export type ProblemCode = ErrorCode | HttpErrorCode

export const statusOfProblem: Readonly<Record<ProblemCode, number>> = { ...httpStatusOf, ...statusOf }

interface ProblemDetails {
  readonly title?: string | undefined
  /** Shown to the client: no stack, SQL, path or secret. */
  readonly detail: string
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly issues?: readonly InputIssue[] | undefined
  readonly cause?: unknown
}

/** Status and code stand side by side at each throw; a pair that does not belong together does not compile. */
export type HttpProblemOptions = ProblemDetails &
  {
    [Code in HttpErrorCode]: { readonly status: (typeof httpStatusOf)[Code]; readonly code: Code }
  }[HttpErrorCode]

/** A refusal that only HTTP knows; the domain's own are `CoreError`s. */
export class HttpProblem extends Error {
  override readonly name = 'HttpProblem'
  readonly status: number
  readonly code: HttpErrorCode
  readonly title: string | undefined
  readonly headers: Readonly<Record<string, string>>
  readonly issues: readonly InputIssue[] | undefined

  constructor({ status, code, title, detail, headers = {}, issues, cause }: HttpProblemOptions) {
    super(detail, cause === undefined ? undefined : { cause })
    this.status = status
    this.code = code
    this.title = title
    this.headers = headers
    this.issues = issues
  }
}

export interface Problem {
  readonly status: number
  readonly code: ProblemCode
  readonly title?: string | undefined
  readonly detail: string
  readonly headers: Readonly<Record<string, string>>
  readonly issues?: readonly InputIssue[] | undefined
}

/** What an earlier request with the same `Idempotency-Key` was refused with. */
export class RepeatedProblem extends Error {
  override readonly name = 'RepeatedProblem'
  readonly problem: Problem

  constructor(problem: Problem) {
    super(problem.detail)
    this.problem = problem
  }
}

/** What the client is told of an error. An error that is no refusal tells nothing of itself. */
export function problemOf(error: unknown): Problem {
  if (error instanceof HttpProblem) {
    const { status, code, title, headers, issues } = error
    return { status, code, title, detail: error.message, headers, issues }
  }
  if (error instanceof RepeatedProblem) return error.problem
  if (error instanceof CoreError && isErrorCode(error.code)) return problemOfRefusal(error, error.code)
  if (isDatabaseUnavailable(error)) {
    return {
      status: 503,
      code: 'database_unavailable',
      detail: 'The database does not answer now: try again later',
      headers: retryAfter(error.retryAfterSeconds),
    }
  }
  return { status: 500, code: 'internal_error', detail: 'Something went wrong on the server', headers: {} }
}

const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(statusOf, code)

function problemOfRefusal(error: CoreError, code: ErrorCode): Problem {
  const status = statusOf[code]
  return { status, code, detail: error.message, headers: headersOf(error, status), issues: issuesOf(error) }
}

function issuesOf(error: CoreError): readonly InputIssue[] | undefined {
  if (error instanceof InvalidInput) return error.issues
  if (error instanceof NotAudio) return [{ path: '/file', code: error.reason, message: error.message }]
  return undefined
}

function headersOf(error: CoreError, status: number): Readonly<Record<string, string>> {
  if (error instanceof TooBusy) return retryAfter(error.retryAfterSeconds)
  if (status === 503) return retryAfter(storageRetrySeconds)
  if (error instanceof UploadOffsetConflict) return progressHeaders(error)
  // RFC 9110 section 11.6.1: a 401 names at least one scheme.
  return status === 401 ? { 'WWW-Authenticate': 'Bearer' } : {}
}

const progressHeaders = ({ progress }: UploadOffsetConflict): Readonly<Record<string, string>> => ({
  ...(progress && { 'Upload-Offset': progress.offsetBytes.toString() }),
  ...(progress?.audioId !== undefined && { 'Audio-Id': progress.audioId }),
})

const storageRetrySeconds = 5

const retryAfter = (seconds: number): Record<string, string> => ({
  'Retry-After': Math.max(1, Math.ceil(seconds)).toString(),
})

/** Known by its shape: this adapter does not import the database's. */
function isDatabaseUnavailable(error: unknown): error is { readonly retryAfterSeconds: number } {
  return (
    error instanceof Error &&
    'code' in error &&
    error.code === 'database_unavailable' &&
    'retryAfterSeconds' in error &&
    typeof error.retryAfterSeconds === 'number'
  )
}

export const problemContentType = 'application/problem+json'

/**
 * The body of RFC 9457. `instance` is the path of the request without its query, or a URN if the path could
 * not be read.
 */
export function problemBody(
  { status, code, title, detail, issues }: Omit<Problem, 'headers'>,
  request: Pick<Site, 'publicUrl'> & { readonly instance?: string; readonly requestId?: string },
): Readonly<Record<string, unknown>> {
  return {
    type: publicPath(request, `/problems/${code}`),
    title: title ?? titleOf(code),
    status,
    detail,
    ...(request.instance !== undefined && { instance: request.instance }),
    code,
    ...(request.requestId !== undefined && { request_id: request.requestId }),
    ...(issues !== undefined && { errors: issues }),
  }
}

/** RFC 9457 section 3.1.3: the title is the same at each occurrence of a problem type. */
export const titleOf = (code: ProblemCode): string =>
  code.charAt(0).toUpperCase() + code.slice(1).replaceAll('_', ' ')
