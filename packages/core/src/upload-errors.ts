import { CoreError } from './core-error.ts'

/** The client sent more bytes than it declared for the upload. */
export class UploadLengthExceeded extends CoreError {
  readonly code = 'upload_length_exceeded'
  readonly lengthBytes: number
  constructor(lengthBytes: number) {
    super(
      `The upload has more than the ${lengthBytes.toString()} bytes of its Upload-Length. Create one with the right length`,
    )
    this.lengthBytes = lengthBytes
  }
}

/**
 * The server removed the pending upload while the request was working on it: another request cancelled it,
 * its owner was deleted, or the sweep removed it as abandoned. Nothing of it is left, so repeating the
 * request is safe.
 */
export class UploadAborted extends CoreError {
  readonly code = 'upload_aborted'
  constructor() {
    super('The upload was removed before it was complete, and nothing of it is stored. Send it again')
  }
}

/** The client disconnected or broke the protocol before the whole content had arrived. */
export class UploadInterrupted extends CoreError {
  readonly code = 'upload_interrupted'
  constructor(options?: ErrorOptions) {
    super('The upload ended before the whole file had arrived. Send it again', options)
  }
}

/** Also for an upload of another user, and for one that has expired. */
export class UploadNotFound extends CoreError {
  readonly code = 'upload_not_found'
  constructor() {
    super('There is no such upload, or it has expired. Create a new one')
  }
}

/** The offset of the request is not the end of the stored bytes. */
export class UploadOffsetConflict extends CoreError {
  readonly code = 'upload_offset_conflict'
  /** The progress of the upload, if it is known: for a client that missed a response. */
  readonly progress: UploadProgressFacts | undefined
  constructor(progress?: UploadProgressFacts) {
    super('Upload-Offset does not match the bytes that are stored. Send HEAD to get the current offset')
    this.progress = progress
  }
}

export interface UploadProgressFacts {
  readonly offsetBytes: number
  /** The audio that the upload has become. */
  readonly audioId: string | undefined
}

/** Another request holds the lock of the upload. */
export class UploadBusy extends CoreError {
  readonly code = 'upload_busy'
  constructor() {
    super('Another request is working on this upload. Try again in a moment')
  }
}

/** The upload has more parts than can be joined. */
export class UploadTooFragmented extends CoreError {
  readonly code = 'upload_too_fragmented'
  constructor(limit: number) {
    super(`The upload has more than ${limit.toString()} parts. Create a new upload and send larger parts`)
  }
}

/**
 * Stored bytes of the upload are missing or corrupt. It was aborted, because only the client still has the
 * bytes.
 */
export class UploadDamaged extends CoreError {
  readonly code = 'upload_damaged'
  readonly found: 'missing' | 'corrupt'
  /** For the operator. */
  readonly partId: string
  constructor(found: UploadDamaged['found'], partId: string) {
    super('The stored bytes of this upload are damaged. Create a new upload and send the file again')
    this.found = found
    this.partId = partId
  }
}
