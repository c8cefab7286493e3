import { StorageFull, StorageUnavailable } from '@audiohost/core'

const fullCodes = new Set(['ENOSPC', 'EDQUOT', 'EFBIG'])

/** Codes of a file system that refuses writes while reads may work. */
const readOnlyCodes = new Set(['EROFS', 'EACCES', 'EPERM', 'EIO'])

/** For calls of the operating system alone: what they throw becomes an error of the port. */
export async function translated<T>(calls: () => Promise<T>): Promise<T> {
  try {
    return await calls()
  } catch (error) {
    throw asStorageError(error)
  }
}

/** As `translated`, for calls that only write. */
export async function translatedWrite<T>(calls: () => Promise<T>): Promise<T> {
  try {
    return await calls()
  } catch (error) {
    throw hasCode(error, ...readOnlyCodes)
      ? new StorageUnavailable({ cause: error, isReadOnly: true })
      : asStorageError(error)
  }
}

/** Anything but an error of the operating system is a mistake of ours and stays as it is. */
export function asStorageError(error: unknown): unknown {
  if (!isSystemError(error)) return error
  return fullCodes.has(error.code)
    ? new StorageFull({ cause: error })
    : new StorageUnavailable({ cause: error })
}

export const hasCode = (error: unknown, ...codes: readonly string[]): boolean =>
  isSystemError(error) && codes.includes(error.code)

function isSystemError(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Error && 'errno' in error && 'code' in error && typeof error.code === 'string'
}
