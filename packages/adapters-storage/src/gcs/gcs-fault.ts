import { StorageUnavailable } from '@audiohost/core'

const transientStatuses = new Set([408, 429, 500, 502, 503, 504])

export interface GcsFaultOptions {
  readonly status?: number
  readonly isTransient?: boolean
  /** Of the reply: seconds, or a date. */
  readonly retryAfter?: string | undefined
  readonly cause?: unknown
}

/** A request that failed: by the status of its reply, or without one where no reply came. */
export class GcsFault extends Error {
  readonly status: number | undefined
  /** Whether the same request may succeed later. */
  readonly isTransient: boolean
  readonly retryAfterMs: number | undefined

  constructor(message: string, options: GcsFaultOptions = {}) {
    super(message, { cause: options.cause })
    this.name = 'GcsFault'
    this.status = options.status
    this.isTransient = options.isTransient ?? transientStatuses.has(options.status ?? 0)
    this.retryAfterMs = parseRetryAfter(options.retryAfter)
  }
}

/** For calls of the client library alone. Its errors carry whole requests with their credentials, which stay behind here. */
export async function asGcsFault<T>(what: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (error) {
    if (error instanceof GcsFault) throw error
    const status = statusOf(error)
    const message = error instanceof Error ? error.message : String(error)
    throw new GcsFault(`${what}: ${message.slice(0, 500)}`, {
      ...(status === undefined ? { isTransient: true } : { status }),
      retryAfter: retryAfterOf(error),
    })
  }
}

/** Other errors pass: those of the source, and mistakes of ours. */
export async function unavailableOnFault<T>(calls: () => Promise<T>): Promise<T> {
  try {
    return await calls()
  } catch (error) {
    throw error instanceof GcsFault ? new StorageUnavailable({ cause: error }) : error
  }
}

/** RFC 9110 section 10.2.3. */
function parseRetryAfter(header: string | undefined): number | undefined {
  if (header === undefined) return undefined
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now()
  return Number.isNaN(ms) ? undefined : Math.max(0, ms)
}

/** The library throws `ApiError`, whose code is a number, and `GaxiosError`, whose status is one. */
function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined
  if ('code' in error && typeof error.code === 'number') return error.code
  if ('status' in error && typeof error.status === 'number') return error.status
  return undefined
}

function retryAfterOf(error: unknown): string | undefined {
  const { response } = error as {
    readonly response?: { readonly headers?: Readonly<Record<string, unknown>> }
  }
  const header = response?.headers?.['retry-after']
  return typeof header === 'string' ? header : undefined
}
