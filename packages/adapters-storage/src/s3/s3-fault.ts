import { StorageFull, StorageUnavailable } from '@audiohost/core'

/** A request that failed for good: by the status and code of its reply, or without a status where no reply came. */
export class S3Fault extends Error {
  readonly status: number | undefined
  readonly code: string | undefined

  constructor(
    message: string,
    options: { readonly status?: number | undefined; readonly code?: string } = {},
  ) {
    super(message)
    this.name = 'S3Fault'
    this.status = options.status
    this.code = options.code
  }
}

/** Errors of the client library carry replies and names of keys, which stay behind here. */
export function asS3Fault(error: unknown): S3Fault {
  if (error instanceof S3Fault) return error
  if (!(error instanceof Error)) return new S3Fault(String(error))
  const status = statusOf(error)
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name
  return new S3Fault(`${code}: ${error.message.slice(0, 500)}`, { status, code })
}

/** Other errors pass: those of the source, and mistakes of ours. */
export async function storageErrorOnFault<T>(calls: () => Promise<T>): Promise<T> {
  try {
    return await calls()
  } catch (error) {
    if (!(error instanceof S3Fault)) throw error
    throw isFull(error) ? new StorageFull({ cause: error }) : new StorageUnavailable({ cause: error })
  }
}

// MinIO's disk and quota, Ceph's and versitygw's quota: Amazon's own is never full.
const codesOfNoRoom = new Set([
  'XMinioStorageFull',
  'XMinioAdminBucketQuotaExceeded',
  'InsufficientStorage',
  'QuotaExceeded',
])

const isFull = ({ status, code }: S3Fault): boolean => status === 507 || codesOfNoRoom.has(code ?? '')

function statusOf(error: Error): number | undefined {
  const metadata =
    '$metadata' in error ? (error.$metadata as { readonly httpStatusCode?: number }) : undefined
  return metadata?.httpStatusCode
}
