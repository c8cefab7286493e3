import { CoreError } from './core-error.ts'

/** More bytes than the client itself declared for the upload. */
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
 * The server removed the pending upload while the request was working on it: another request cancelled it, its owner
 * was deleted, or the sweep took it for dead. Nothing of it is left, so that repeating the request is safe.
 */
export class UploadAborted extends CoreError {
  readonly code = 'upload_aborted'
  constructor() {
    super('The upload was removed before it was complete, and nothing of it is stored. Send it again')
  }
}

/** The sender went away or broke the protocol in the middle of the content. */
export class UploadInterrupted extends CoreError {
  readonly code = 'upload_interrupted'
  constructor(options?: ErrorOptions) {
    super('The upload ended before the whole file had arrived', options)
  }
}

/** Also for somebody else's, and where the time of an upload is over. */
export class UploadNotFound extends CoreError {
  readonly code = 'upload_not_found'
  constructor() {
    super('There is no such upload, or it has expired: begin a new one')
  }
}

/** The bytes that came do not follow on those that are stored. */
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

/** Another request works on the upload and does not let go of it. */
export class UploadBusy extends CoreError {
  readonly code = 'upload_busy'
  constructor() {
    super('Another request is working on this upload: try again in a moment')
  }
}

/** An upload in so many pieces that they cannot be joined. */
export class UploadTooFragmented extends CoreError {
  readonly code = 'upload_too_fragmented'
  constructor(limit: number) {
    super(`The upload came in more than ${limit.toString()} pieces: begin anew with larger ones`)
  }
}

/** What was stored of an upload is not there any more as it came, so that it was given up: only its client has the bytes. */
export class UploadDamaged extends CoreError {
  readonly code = 'upload_damaged'
  readonly found: 'missing' | 'corrupt'
  /** For the operator. */
  readonly partId: string
  constructor(found: UploadDamaged['found'], partId: string) {
    super('What was stored of this upload is damaged on the server: begin a new one')
    this.found = found
    this.partId = partId
  }
}
