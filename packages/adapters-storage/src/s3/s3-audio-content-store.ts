import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import {
  parseAudioId,
  type AudioContentStore,
  type AudioId,
  type ByteRange,
  type ContentLinks,
  type IsInFlight,
  type LinkTerms,
  type StoredContent,
} from '@audiohost/core'
import {
  AbortMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  type GetObjectCommandOutput,
  type ListMultipartUploadsCommandOutput,
  type ListObjectsV2CommandOutput,
  type MultipartUpload,
} from '@aws-sdk/client-s3'
import { streamOf } from '../content-stream.ts'
import { inChunks } from '../in-chunks.ts'
import { S3Fault, storageErrorOnFault } from './s3-fault.ts'
import { S3Requests, type S3ConnectionOptions, type S3RetryPolicy } from './s3-requests.ts'
import { S3Write, unlessAbsent, type S3Place } from './s3-write.ts'

export interface S3AudioContentStoreOptions extends S3ConnectionOptions {
  readonly bucket: string
  /** What the name of each object begins with; `audio/` unless told. */
  readonly prefix?: string | undefined
  /** What an upload holds in memory, at least 5 MiB on Amazon's service; 8 MiB unless told. 10,000 parts are the most. */
  readonly partBytes?: number | undefined
  readonly retries?: Partial<S3RetryPolicy> | undefined
}

const defaultRetries: S3RetryPolicy = {
  limit: 4,
  answerTimeoutMs: 60_000,
  idleTimeoutMs: 30_000,
  deadlineMs: 150_000,
}

/** Keeps each content in an object of a bucket of Amazon S3, or of a service that speaks its protocol. */
export class S3AudioContentStore implements AudioContentStore, ContentLinks {
  readonly #requests: S3Requests
  readonly #bucket: string
  readonly #prefix: string
  readonly #partBytes: number
  readonly #retries: S3RetryPolicy

  constructor(options: S3AudioContentStoreOptions) {
    this.#retries = { ...defaultRetries, ...options.retries }
    this.#requests = new S3Requests(options, this.#retries)
    this.#bucket = options.bucket
    this.#prefix = options.prefix ?? 'audio/'
    this.#partBytes = options.partBytes ?? 8 * 1024 * 1024
  }

  async write(id: AudioId, source: AsyncIterable<Uint8Array>): Promise<void> {
    const place = this.#placeOf(id)
    await storageErrorOnFault(async () => {
      // Before the source is read; the condition of the write itself decides between two at once.
      if (await this.#head(place)) throw new Error(`${place.Key} has been written already`)
      const write = new S3Write(this.#requests, place)
      try {
        for await (const { bytes, isLast } of inChunks(source, this.#partBytes)) {
          await (isLast ? write.finish(bytes) : write.addPart(bytes))
        }
      } catch (error) {
        // Where this fails too, `removePartial` finds the upload, and the sweep the object.
        await write.withdraw().catch(() => undefined)
        throw error
      }
    })
  }

  async open(id: AudioId, range?: ByteRange): Promise<Readable | undefined> {
    if (range && !(0 <= range.start && range.start <= range.end)) throw noSuchBytes(range)
    const place = this.#placeOf(id)
    return storageErrorOnFault(async () => {
      const reply = await this.#get(place, range)
      return reply && this.#streamOf(reply, place, range)
    })
  }

  async stat(id: AudioId): Promise<StoredContent | undefined> {
    const place = this.#placeOf(id)
    return storageErrorOnFault(async () => {
      const found = await this.#head(place)
      // The reply to HEAD has no body that could tell an absent object from an absent bucket.
      if (!found) await this.#requireBucket()
      return found && contentOf(id, { Size: found.ContentLength, LastModified: found.LastModified })
    })
  }

  async linkTo(id: AudioId, { contentType, contentDisposition, expiresInSeconds }: LinkTerms): Promise<URL> {
    const asked = {
      ...this.#placeOf(id),
      ResponseContentType: contentType,
      ResponseContentDisposition: contentDisposition,
      // Without it, caches would guess.
      ResponseCacheControl: 'private, no-cache',
    }
    return storageErrorOnFault(() => this.#requests.presign(asked, expiresInSeconds))
  }

  async remove(id: AudioId): Promise<void> {
    const place = this.#placeOf(id)
    await storageErrorOnFault(() =>
      this.#requests.send(new DeleteObjectCommand(place)).catch(unlessNoSuchKey),
    )
  }

  async *list(): AsyncGenerator<StoredContent> {
    let after: string | undefined
    let page: ListObjectsV2CommandOutput
    do {
      page = await storageErrorOnFault(() => this.#listPage({ after }))
      after = page.NextContinuationToken
      for (const object of page.Contents ?? []) {
        const id = this.#idIn(object.Key)
        if (id !== undefined) yield contentOf(id, object)
      }
    } while (page.IsTruncated === true)
  }

  async countPartial(before: Date, isInFlight: IsInFlight): Promise<number> {
    let counted = 0
    for await (const _ of this.#unfinished(before, isInFlight)) counted++
    return counted
  }

  /** Ends the uploads that were begun before. MinIO lists none of them; it ends them by itself after a day. */
  async removePartial(before: Date, isInFlight: IsInFlight): Promise<number> {
    let removed = 0
    for await (const upload of this.#unfinished(before, isInFlight)) {
      if (await storageErrorOnFault(() => this.#abort(upload))) removed++
    }
    return removed
  }

  /** Begins an upload and drops it, which needs the permission to write and creates nothing. */
  async check(): Promise<void> {
    await storageErrorOnFault(async () => {
      await this.#requireBucket()
      const write = new S3Write(this.#requests, { Bucket: this.#bucket, Key: this.#checkKey })
      await write.begin()
      await write.withdraw()
    })
  }

  async #get(place: S3Place, range: ByteRange | undefined): Promise<GetObjectCommandOutput | undefined> {
    const asked = { ...place, ...(range && { Range: `bytes=${range.start}-${range.end}` }) }
    try {
      return await this.#requests.send(new GetObjectCommand(asked))
    } catch (error) {
      if (range && error instanceof S3Fault && error.status === 416) throw noSuchBytes(range)
      unlessNoSuchKey(error)
      return undefined
    }
  }

  #streamOf(
    { Body, ContentLength: sizeBytes = NaN, ETag: IfMatch }: GetObjectCommandOutput,
    place: S3Place,
    range: ByteRange | undefined,
  ): Readable {
    const response = replyIn(Body)
    const start = range?.start ?? 0
    if (range && sizeBytes !== range.end - start + 1) {
      response.destroy()
      throw noSuchBytes(range)
    }
    return streamOf(response, {
      sizeBytes,
      idleTimeoutMs: this.#retries.idleTimeoutMs,
      resume: {
        limit: this.#retries.limit,
        pauseMs: (breaks) => Math.random() * Math.min(5000, 100 * 2 ** breaks),
        rest: (receivedBytes, stop) => {
          const Range = `bytes=${start + receivedBytes}-${start + sizeBytes - 1}`
          const asked = new GetObjectCommand({ ...place, Range, IfMatch })
          return this.#rest(asked, sizeBytes - receivedBytes, stop)
        },
      },
    })
  }

  async #rest(asked: GetObjectCommand, leftBytes: number, stop: AbortSignal): Promise<IncomingMessage> {
    const { Body, ContentLength } = await this.#requests.send(asked, stop)
    const response = replyIn(Body)
    if (ContentLength === leftBytes) return response
    response.destroy()
    throw new S3Fault(`The storage has ${ContentLength} and not ${leftBytes} bytes left of the content`)
  }

  async #head(place: S3Place) {
    return this.#requests.send(new HeadObjectCommand(place)).catch(unlessAbsent)
  }

  async #requireBucket(): Promise<void> {
    await this.#listPage({ limit: 1 })
  }

  async #listPage({
    after,
    limit,
  }: {
    after?: string | undefined
    limit?: number
  }): Promise<ListObjectsV2CommandOutput> {
    const query = {
      Bucket: this.#bucket,
      Prefix: this.#prefix,
      ...(after !== undefined && { ContinuationToken: after }),
      ...(limit !== undefined && { MaxKeys: limit }),
    }
    return this.#requests.send(new ListObjectsV2Command(query))
  }

  async #listUploads(
    after: ListMultipartUploadsCommandOutput | undefined,
  ): Promise<ListMultipartUploadsCommandOutput> {
    const query = {
      Bucket: this.#bucket,
      Prefix: this.#prefix,
      KeyMarker: after?.NextKeyMarker,
      UploadIdMarker: after?.NextUploadIdMarker,
    }
    return this.#requests.send(new ListMultipartUploadsCommand(query))
  }

  async *#unfinished(before: Date, isInFlight: IsInFlight): AsyncGenerator<MultipartUpload> {
    let page: ListMultipartUploadsCommandOutput | undefined
    do {
      const after = page
      page = await storageErrorOnFault(() => this.#listUploads(after))
      for (const upload of page.Uploads ?? []) {
        const id = this.#idIn(upload.Key)
        // A check that broke off leaves one, too.
        if (id === undefined && upload.Key !== this.#checkKey) continue
        if (upload.Initiated === undefined || upload.Initiated >= before) continue
        // A slow upload begins once and then sends a part when it has one.
        if (id === undefined || !(await isInFlight(id))) yield upload
      }
    } while (page.IsTruncated === true)
  }

  /** Whether there was still something to end. */
  async #abort({ Key, UploadId }: MultipartUpload): Promise<boolean> {
    const place = { Bucket: this.#bucket, Key, UploadId }
    const ended = await this.#requests.send(new AbortMultipartUploadCommand(place)).catch(unlessAbsent)
    return ended !== undefined
  }

  get #checkKey(): string {
    return `${this.#prefix}check`
  }

  #idIn(key: string | undefined): AudioId | undefined {
    const name = key?.startsWith(this.#prefix) === true ? key.slice(this.#prefix.length) : ''
    const id = parseAudioId(name)
    return id === name ? id : undefined
  }

  #placeOf(id: AudioId): S3Place {
    if (parseAudioId(id) !== id) throw new TypeError('Content is stored under the id of an audio only')
    return { Bucket: this.#bucket, Key: `${this.#prefix}${id}` }
  }
}

function contentOf(
  id: AudioId,
  { Size, LastModified }: { Size?: number | undefined; LastModified?: Date | undefined },
): StoredContent {
  // Lists tell milliseconds, which the headers of an object do not.
  const writtenAt = new Date(Math.floor(Number(LastModified ?? NaN) / 1000) * 1000)
  return { id, sizeBytes: Number(Size), writtenAt }
}

/** In Node the body is the very reply, with methods added. */
const replyIn = (body: GetObjectCommandOutput['Body']): IncomingMessage => body as IncomingMessage

/** An absent bucket is a fault; of an absent object alone may be said that it is absent. */
function unlessNoSuchKey(error: unknown): undefined {
  if (!(error instanceof S3Fault && error.status === 404 && error.code === 'NoSuchKey')) throw error
}

const noSuchBytes = ({ start, end }: ByteRange): RangeError =>
  new RangeError(`There are no bytes ${start}-${end} in this content`)
