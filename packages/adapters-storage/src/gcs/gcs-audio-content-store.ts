import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import {
  parseAudioId,
  type AudioContentStore,
  type AudioId,
  type ByteRange,
  type StoredContent,
} from '@audiohost/core'
import { Storage, type Bucket, type FileMetadata } from '@google-cloud/storage'
import { Crc32c, summed } from './crc32c.ts'
import { inChunks } from '../in-chunks.ts'
import { streamOf } from '../content-stream.ts'
import { asGcsFault, GcsFault, unavailableOnFault } from './gcs-fault.ts'
import { refusal, send, sendAndRead, textOf } from './gcs-http.ts'
import { ResumableUpload, type StoredObject } from './gcs-resumable-upload.ts'
import { retried, type RetryPolicy } from './gcs-retries.ts'

export interface GcsAudioContentStoreOptions {
  readonly bucket: string
  /** What the name of each object begins with; `audio/` unless told. */
  readonly prefix?: string | undefined
  readonly projectId?: string | undefined
  /** Of an emulator: no credentials are sent to it. Without it, Google's application default credentials are. */
  readonly apiEndpoint?: string | undefined
  /** A multiple of 256 KiB, and what an upload holds in memory; 8 MiB unless told. */
  readonly chunkBytes?: number | undefined
  readonly retries?: Partial<RetryPolicy> | undefined
}

const defaultRetries: RetryPolicy = { limit: 4, longestDelayMs: 8000, idleTimeoutMs: 30_000 }

/** Keeps each content in an object of a bucket of Google Cloud Storage. */
export class GcsAudioContentStore implements AudioContentStore {
  readonly #storage: Storage
  readonly #bucket: Bucket
  readonly #prefix: string
  readonly #chunkBytes: number
  readonly #retries: RetryPolicy
  readonly #isEmulated: boolean

  constructor(options: GcsAudioContentStoreOptions) {
    this.#retries = { ...defaultRetries, ...options.retries }
    this.#storage = new Storage({
      ...(options.projectId !== undefined && { projectId: options.projectId }),
      ...(options.apiEndpoint !== undefined && { apiEndpoint: options.apiEndpoint }),
      timeout: this.#retries.idleTimeoutMs,
      // Repeated here, by one policy for all.
      retryOptions: { autoRetry: false, maxRetries: 0 },
    })
    this.#bucket = this.#storage.bucket(options.bucket)
    this.#prefix = options.prefix ?? 'audio/'
    this.#chunkBytes = options.chunkBytes ?? 8 * 1024 * 1024
    this.#isEmulated = options.apiEndpoint !== undefined
  }

  async write(id: AudioId, source: AsyncIterable<Uint8Array>): Promise<void> {
    const name = this.#nameOf(id)
    await unavailableOnFault(async () => {
      try {
        await this.#upload(name, source)
      } catch (error) {
        if (!(error instanceof GcsFault && error.status === 412)) throw error
        throw new Error(`${name} has been written already`, { cause: error })
      }
    })
  }

  async open(id: AudioId, range?: ByteRange): Promise<Readable | undefined> {
    if (range && !(0 <= range.start && range.start <= range.end)) throw noSuchBytes(range)
    const name = this.#nameOf(id)
    return unavailableOnFault(async () => {
      const response = await retried(this.#retries, () => this.#get(name, range))
      if (response) return this.#streamOf(response, range)
      await this.#requireBucket()
      return undefined
    })
  }

  async stat(id: AudioId): Promise<StoredContent | undefined> {
    const file = this.#bucket.file(this.#nameOf(id))
    return unavailableOnFault(async () => {
      const metadata = await this.#present('stat', () => file.getMetadata())
      return metadata && contentOf(id, metadata[0])
    })
  }

  async remove(id: AudioId): Promise<void> {
    const file = this.#bucket.file(this.#nameOf(id))
    await unavailableOnFault(() => this.#present('remove', () => file.delete()))
  }

  async *list(): AsyncGenerator<StoredContent> {
    let pageToken: string | undefined
    do {
      const page = await unavailableOnFault(() => this.#listPage(1000, pageToken))
      yield* page.contents
      pageToken = page.nextPageToken
    } while (pageToken !== undefined)
  }

  /** Nothing to do: an upload that was not finished is no object, and the storage drops its session after a week. */
  async removePartial(_before: Date): Promise<number> {
    return 0
  }

  async countPartial(_before: Date): Promise<number> {
    return 0
  }

  /** Begins an upload and drops it, which needs the permission to write and creates nothing. */
  async check(): Promise<void> {
    await unavailableOnFault(async () => {
      await this.#requireBucket()
      const upload = await this.#begin(`${this.#prefix}check`)
      await upload.cancel()
    })
  }

  async #upload(name: string, source: AsyncIterable<Uint8Array>): Promise<void> {
    const upload = await this.#begin(name)
    try {
      const crc32c = new Crc32c()
      for await (const { bytes, isLast } of inChunks(summed(source, crc32c), this.#chunkBytes)) {
        if (!isLast) await upload.send(bytes)
        else await this.#requireIntact(name, await upload.finish(bytes, crc32c.toString()), crc32c)
      }
    } catch (error) {
      // Where this fails too, the session lapses by itself.
      await upload.cancel().catch(() => undefined)
      throw error
    }
  }

  /** Refused with 412 where the object is there, now or when the upload ends. */
  async #begin(name: string): Promise<ResumableUpload> {
    const query = new URLSearchParams({ uploadType: 'resumable', ifGenerationMatch: '0', name })
    const session = await retried(this.#retries, async () => {
      const { status, headers, text } = await sendAndRead({
        method: 'POST',
        url: `${this.#storage.apiEndpoint}/upload/storage/v1/b/${this.#bucket.name}/o?${query.toString()}`,
        headers: {
          ...(await this.#credentials()),
          'content-length': 0,
          'x-upload-content-type': 'application/octet-stream',
        },
        idleTimeoutMs: this.#retries.idleTimeoutMs,
      })
      if (status !== 200 || headers.location === undefined) throw refusal(status, text)
      return headers.location
    })
    return new ResumableUpload(session, this.#retries)
  }

  async #requireIntact(name: string, { crc32c, generation }: StoredObject, sent: Crc32c): Promise<void> {
    if (crc32c === sent.toString()) return
    await this.#call('remove a damaged object', () => this.#bucket.file(name, { generation }).delete())
    throw new GcsFault('The storage keeps other bytes than were sent: its CRC32C differs')
  }

  /**
   * Not through the library: in 7.22 destroying one of its read streams destroys the sockets of all the others,
   * which then hang (File.createReadStream, `request.agent.destroy()`).
   */
  async #get(name: string, range: ByteRange | undefined): Promise<IncomingMessage | undefined> {
    const response = await send({
      method: 'GET',
      url: `${this.#storage.apiEndpoint}/storage/v1/b/${this.#bucket.name}/o/${encodeURIComponent(name)}?alt=media`,
      headers: {
        ...(await this.#credentials()),
        'accept-encoding': 'identity',
        ...(range && { range: `bytes=${range.start}-${range.end}` }),
      },
      idleTimeoutMs: this.#retries.idleTimeoutMs,
    })
    const status = response.statusCode ?? 0
    if (status === (range ? 206 : 200)) return response
    const reason = await textOf(response, this.#retries.idleTimeoutMs)
    if (status === 404) return undefined
    if (range && status === 416) throw noSuchBytes(range)
    throw refusal(status, reason)
  }

  #streamOf(response: IncomingMessage, range: ByteRange | undefined): Readable {
    const sizeBytes = Number(response.headers['content-length'] ?? NaN)
    if (range && sizeBytes !== range.end - range.start + 1) {
      response.destroy()
      throw noSuchBytes(range)
    }
    return streamOf(response, { sizeBytes, idleTimeoutMs: this.#retries.idleTimeoutMs })
  }

  async #credentials(): Promise<Readonly<Record<string, string>>> {
    if (this.#isEmulated) return {}
    return asGcsFault('credentials', () => this.#storage.authClient.getRequestHeaders())
  }

  /** What the call finds; `undefined` where there is no such object, the bucket being there. */
  async #present<T>(what: string, call: () => Promise<T>): Promise<T | undefined> {
    try {
      return await this.#call(what, call)
    } catch (error) {
      if (!(error instanceof GcsFault && error.status === 404)) throw error
      await this.#requireBucket()
      return undefined
    }
  }

  /** By listing: to ask for the bucket itself takes a permission that the common roles for objects lack. */
  async #requireBucket(): Promise<void> {
    await this.#listPage(1)
  }

  async #listPage(maxResults: number, pageToken?: string): Promise<Page> {
    const query = {
      prefix: this.#prefix,
      autoPaginate: false,
      maxResults,
      ...(pageToken !== undefined && { pageToken }),
    }
    const [files, next] = await this.#call('list', () => this.#bucket.getFiles(query))
    const contents = files.flatMap((file) => {
      const name = file.name.slice(this.#prefix.length)
      const id = parseAudioId(name)
      return id === name ? [contentOf(id, file.metadata)] : []
    })
    return { contents, nextPageToken: (next as { readonly pageToken?: string } | null)?.pageToken }
  }

  /** A call of the client library. */
  async #call<T>(what: string, call: () => Promise<T>): Promise<T> {
    return retried(this.#retries, () => asGcsFault(what, call))
  }

  #nameOf(id: AudioId): string {
    if (parseAudioId(id) !== id) throw new TypeError('Content is stored under the id of an audio only')
    return `${this.#prefix}${id}`
  }
}

interface Page {
  readonly contents: readonly StoredContent[]
  readonly nextPageToken: string | undefined
}

const contentOf = (id: AudioId, { size, timeCreated }: FileMetadata): StoredContent => ({
  id,
  sizeBytes: Number(size),
  writtenAt: new Date(timeCreated ?? NaN),
})

const noSuchBytes = ({ start, end }: ByteRange): RangeError =>
  new RangeError(`There are no bytes ${start}-${end} in this content`)
