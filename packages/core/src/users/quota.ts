/** How much one user may keep; `undefined` where there is no limit. Uploads in flight count, with what is reserved for them. */
export interface Quota {
  readonly bytes: number | undefined
  readonly files: number | undefined
}

/** The most bytes of one user that can be counted exactly: the limit of users without a limit. */
export const mostCountedBytes = Number.MAX_SAFE_INTEGER

export const unlimited: Quota = { bytes: undefined, files: undefined }

export interface StorageUsage {
  /** Of audio that is ready. */
  readonly usedBytes: number
  readonly usedFiles: number
  /** For uploads in flight. */
  readonly reservedBytes: number
  readonly reservedFiles: number
}

/** A user's own limits before those of the service. `undefined` in `own` means the service's. */
export const effectiveQuota = (own: Quota, defaults: Quota): Quota => ({
  bytes: own.bytes ?? defaults.bytes,
  files: own.files ?? defaults.files,
})
