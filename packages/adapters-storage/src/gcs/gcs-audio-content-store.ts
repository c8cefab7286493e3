import { randomUUID } from 'node:crypto'
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
import type { FileMetadata } from '@google-cloud/storage'
import { Crc32c, summed } from './crc32c.ts'
import { inChunks } from '../in-chunks.ts'
import { streamOf } from '../content-stream.ts'
import { GcsClient, type AskedBytes, type GcsBucketOptions } from './gcs-client.ts'
import { GcsFault, unavailableOnFault } from './gcs-fault.ts'
import type { StoredObject } from './gcs-resumable-upload.ts'
import { backoffMs, defaultRetries, type RetryPolicy } from './gcs-retries.ts'

export interface GcsAudioContentStoreOptions extends GcsBucketOptions {
  /** What the name of each object begins with; `audio/` unless told. */
  readonly prefix?: string | undefined
  /** Whether credentials are sent; unless told, not over plain http. */
  readonly sendsCredentials?: boolean | undefined
  /** A multiple of 256 KiB, and what an upload holds in memory; 8 MiB unless told. */
  readonly chunkBytes?: number | undefined
  readonly retries?: Partial<RetryPolicy> | undefined
}

/** Keeps each content in an object of a bucket of Google Cloud Storage. */
export class GcsAudioContentStore implements AudioContentStore, ContentLinks {
  readonly #client: GcsClient
  readonly #prefix: string
  readonly #chunkBytes: number
  readonly #retries: RetryPolicy

  constructor(options: GcsAudioContentStoreOptions) {
    this.#retries = { ...defaultRetries, ...options.retries }
    // Plain http is an emulator's, and would show them to anybody.
    const sendsCredentials = options.sendsCredentials ?? options.apiEndpoint?.startsWith('http:') !== true
    this.#client = new GcsClient({ ...options, sendsCredentials, retries: this.#retries })
    this.#prefix = options.prefix ?? 'audio/'
    this.#chunkBytes = options.chunkBytes ?? 8 * 1024 * 1024
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
      const response = await this.#get({ name, range })
      if (response) return this.#streamOf(response, { name, range })
      await this.#requireBucket()
      return undefined
    })
  }

  async stat(id: AudioId): Promise<StoredContent | undefined> {
    const file = this.#client.bucket.file(this.#nameOf(id))
    return unavailableOnFault(async () => {
      const metadata = await this.#present('stat', () => file.getMetadata())
      return metadata && contentOf(id, metadata[0])
    })
  }

  async linkTo(id: AudioId, terms: LinkTerms): Promise<URL> {
    const name = this.#nameOf(id)
    return unavailableOnFault(() => this.#client.sign(name, terms))
  }

  async remove(id: AudioId): Promise<void> {
    const file = this.#client.bucket.file(this.#nameOf(id))
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
  async removePartial(_before: Date, _isInFlight: IsInFlight): Promise<number> {
    return 0
  }

  async countPartial(_before: Date, _isInFlight: IsInFlight): Promise<number> {
    return 0
  }

  /** Begins an upload and drops it, which needs the permission to write and creates nothing. */
  async check(): Promise<void> {
    await unavailableOnFault(async () => {
      await this.#requireBucket()
      const upload = await this.#client.begin(`${this.#prefix}check`, {})
      await upload.cancel()
    })
  }

  async #upload(name: string, source: AsyncIterable<Uint8Array>): Promise<void> {
    const mark = randomUUID()
    const upload = await this.#client.begin(name, { upload: mark })
    const crc32c = new Crc32c()
    try {
      for await (const { bytes, isLast } of inChunks(summed(source, crc32c), this.#chunkBytes)) {
        if (!isLast) await upload.send(bytes)
        else await this.#requireIntact(name, await upload.finish(bytes, crc32c.toString()), crc32c)
      }
    } catch (error) {
      const isUndecided = upload.mayBeWhole && error instanceof GcsFault && error.status !== 412
      if (isUndecided && (await this.#hasIntact(name, mark, crc32c))) return
      // Where this fails too, the session lapses by itself.
      await upload.cancel().catch(() => undefined)
      throw error
    }
  }

  /** Whether an upload did end well whose last reply was lost, and of which its session says nothing any more. */
  async #hasIntact(name: string, mark: string, sent: Crc32c): Promise<boolean> {
    try {
      const file = this.#client.bucket.file(name)
      const [{ metadata, crc32c = '', generation = '' }] = await this.#client.call('stat', () =>
        file.getMetadata(),
      )
      if (metadata?.['upload'] !== mark) return false
      await this.#requireIntact(name, { crc32c, generation: generation.toString() }, sent)
      return true
    } catch {
      return false
    }
  }

  async #requireIntact(name: string, { crc32c, generation }: StoredObject, sent: Crc32c): Promise<void> {
    if (crc32c === sent.toString()) return
    await this.#client.call('remove a damaged object', () =>
      this.#client.bucket.file(name, { generation }).delete(),
    )
    throw new GcsFault('The storage keeps other bytes than were sent: its CRC32C differs')
  }

  #streamOf(first: IncomingMessage, { name, range }: AskedBytes): Readable {
    const sizeBytes = Number(first.headers['content-length'] ?? NaN)
    const generation = first.headers['x-goog-generation']
    if (Number.isNaN(sizeBytes) || typeof generation !== 'string') {
      first.destroy()
      throw new GcsFault('The storage does not say what it sends')
    }
    if (range && sizeBytes !== range.end - range.start + 1) {
      first.destroy()
      throw noSuchBytes(range)
    }
    const start = range?.start ?? 0
    return streamOf(first, {
      sizeBytes,
      idleTimeoutMs: this.#retries.idleTimeoutMs,
      resume: {
        limit: this.#retries.limit,
        pauseMs: (failures) => backoffMs(failures, this.#retries),
        rest: async (receivedBytes, stop) => {
          const left = { start: start + receivedBytes, end: start + sizeBytes - 1 }
          const response = await this.#client.get({ name, range: left, generation }, stop)
          if (!response) throw new GcsFault('The content has been removed')
          return response
        },
      },
    })
  }

  /** Beyond the end there is nothing to repeat. */
  async #get(asked: AskedBytes): Promise<IncomingMessage | undefined> {
    try {
      return await this.#client.get(asked)
    } catch (error) {
      if (asked.range && error instanceof GcsFault && error.status === 416) throw noSuchBytes(asked.range)
      throw error
    }
  }

  /** What the call finds; `undefined` where there is no such object, the bucket being there. */
  async #present<T>(what: string, call: () => Promise<T>): Promise<T | undefined> {
    try {
      return await this.#client.call(what, call)
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
    const [files, next] = await this.#client.call('list', () => this.#client.bucket.getFiles(query))
    const contents = files.flatMap((file) => {
      const name = file.name.slice(this.#prefix.length)
      const id = parseAudioId(name)
      return id === name ? [contentOf(id, file.metadata)] : []
    })
    return { contents, nextPageToken: (next as { readonly pageToken?: string } | null)?.pageToken }
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
