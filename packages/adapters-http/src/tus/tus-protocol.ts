/** Of https://tus.io/protocols/resumable-upload, version 1.0.0: what the tus server underneath does not know of itself. */
export const tusVersion = '1.0.0'

export const tusExtensions = [
  'creation',
  'creation-with-upload',
  'creation-defer-length',
  'termination',
  'expiration',
  'checksum',
] as const

/** The name in `Upload-Checksum` and that of `node:crypto`, which are the same. SHA-1 must be there (extension Checksum). */
export const checksumAlgorithms = ['sha1', 'sha256', 'md5'] as const

export type ChecksumAlgorithm = (typeof checksumAlgorithms)[number]

/** The media type of a part. */
export const partType = 'application/offset+octet-stream'

export const uploadsPath = '/v1/audio/uploads'
