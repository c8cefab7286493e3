import type { AudioId, UserId } from '../ids.ts'

/** An audio that comes in several requests. While it is open, a pending audio of the same id holds its room in the quota. */
export interface Upload {
  readonly id: AudioId
  readonly ownerId: UserId
  /** `undefined` as long as the client has not said how long the whole will be. */
  readonly lengthBytes: number | undefined
  /** How many bytes are on stable storage, from the first one on. */
  readonly offsetBytes: number
  /** What the client calls the file; cleaned when it becomes audio. */
  readonly fileName: string | undefined
  readonly title: string | undefined
  readonly description: string | undefined
  /** What the client attached, given back as it came. */
  readonly metadata: UploadMetadata
  /** What the whole must sum up to, SHA-256 in lower-case hex. */
  readonly expectedSha256: readonly string[]
  readonly createdAt: Date
  /** Moves on with every part, and while one comes. */
  readonly expiresAt: Date
  /** The audio that it has become; `undefined` while it is open. */
  readonly audioId: AudioId | undefined
}

export type UploadMetadata = Readonly<Record<string, string | null>>

/** A run of bytes of an upload, kept as a content of its own. */
export interface UploadPart {
  /** Of the content. */
  readonly id: AudioId
  readonly offsetBytes: number
  readonly sizeBytes: number
  /** SHA-256 in lower-case hex. */
  readonly sha256: string
}

export const isWhole = ({ offsetBytes, lengthBytes }: Upload): boolean => offsetBytes === lengthBytes

/** However small the parts of an upload are, there are never more: each costs a file and a row. */
export const maxUploadParts = 10_000
