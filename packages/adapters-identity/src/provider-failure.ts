export type ProviderStep = 'token' | 'profile'

/**
 * `refused`: the provider works and says no. `outage`: it is slow, down or talks nonsense.
 * `unexpected`: it answers well-formed things that we cannot use.
 */
export type ProviderFailureKind = 'refused' | 'outage' | 'unexpected'

/**
 * What went wrong at a provider, in words of ours, for the log. It carries no error of a library: those hold the
 * request and the answer, and with them codes, tokens and the client's secret.
 */
export class ProviderFailure extends Error {
  readonly kind: ProviderFailureKind

  constructor(kind: ProviderFailureKind, message: string) {
    super(message)
    this.name = 'ProviderFailure'
    this.kind = kind
  }
}

// RFC 6749 section 5.2, as far as the code or its owner is refused; the second is Yandex's own word.
// A malformed code or a wrong verifier gets `invalid_request` from some servers.
const refusals = ['invalid_grant', 'bad_verification_code', 'invalid_request', 'access_denied']

/** Reads an error of wreck, without keeping anything of it. */
export function failureOf(step: ProviderStep, error: unknown): ProviderFailure {
  const status = read(error, 'data', 'res', 'statusCode')
  const answered = read(error, 'data', 'isResponseError') === true && typeof status === 'number'
  if (answered) return failureOfStatus(step, status, read(error, 'data', 'payload', 'error'))

  const code = read(error, 'code') ?? read(error, 'data', 'code')
  if (isErrorName(code)) return new ProviderFailure('outage', `The ${step} request failed: ${code}`)
  // wreck reports an answer beyond `maxBytes` in the words of one that broke off, so these cannot be told apart.
  return new ProviderFailure(
    'outage',
    `The answer to the ${step} request could not be read: too large, cut off, a redirect or no JSON`,
  )
}

function failureOfStatus(step: ProviderStep, status: number, oauthError: unknown): ProviderFailure {
  const named = isErrorName(oauthError) ? ` ${oauthError}` : ''
  const message = `The ${step} request was answered with status ${status}${named}`
  if (status >= 500 || status === 429) return new ProviderFailure('outage', message)
  const refused = step === 'token' && isErrorName(oauthError) && refusals.includes(oauthError)
  return new ProviderFailure(refused ? 'refused' : 'unexpected', message)
}

/** Only names such as ECONNRESET or invalid_grant get into the log. */
const isErrorName = (value: unknown): value is string =>
  typeof value === 'string' && /^[A-Za-z_]{1,40}$/.test(value)

function read(value: unknown, ...path: readonly string[]): unknown {
  let current = value
  for (const name of path) {
    if (typeof current !== 'object' || current === null) return undefined
    current = (current as Readonly<Record<string, unknown>>)[name]
  }
  return current
}
