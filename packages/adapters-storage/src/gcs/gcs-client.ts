import type { IncomingMessage } from 'node:http'
import type { ByteRange, LinkTerms } from '@audiohost/core'
import { Storage, type Bucket } from '@google-cloud/storage'
import { Deadline, inTime } from './gcs-deadline.ts'
import { asGcsFault, GcsFault } from './gcs-fault.ts'
import { refusal, send, sendAndRead, textOf } from './gcs-http.ts'
import { ResumableUpload } from './gcs-resumable-upload.ts'
import { retried, type RetryPolicy } from './gcs-retries.ts'

/** Which bucket, and how to come to it. */
export interface GcsBucketOptions {
  readonly bucket: string
  readonly projectId?: string | undefined
  /** The key of a service account, or where credentials come from instead; else they are found as Google's libraries do. */
  readonly credentialsFile?: string | undefined
  /** Another address than Google's common one: that of a region, of a private network, or of an emulator. */
  readonly apiEndpoint?: string | undefined
  /** Another address of the IAM credentials API, up to the name of the account. */
  readonly signingEndpoint?: string | undefined
}

export interface GcsClientOptions extends GcsBucketOptions {
  readonly sendsCredentials: boolean
  readonly retries: RetryPolicy
}

export interface AskedBytes {
  readonly name: string
  readonly range?: ByteRange | undefined
  /** That of the object which must be there. */
  readonly generation?: string
}

type Headers = Readonly<Record<string, string>>

/** What the store asks of one bucket, each with credentials, repetitions and a deadline. */
export class GcsClient {
  readonly bucket: Bucket
  readonly #storage: Storage
  readonly #retries: RetryPolicy
  readonly #sendsCredentials: boolean
  readonly #signingEndpoint: string | undefined

  constructor({ bucket, projectId, credentialsFile, apiEndpoint, ...options }: GcsClientOptions) {
    this.#retries = options.retries
    this.#sendsCredentials = options.sendsCredentials
    this.#signingEndpoint = options.signingEndpoint
    this.#storage = new Storage({
      ...(projectId !== undefined && { projectId }),
      ...(credentialsFile !== undefined && { keyFilename: credentialsFile }),
      ...(apiEndpoint !== undefined && { apiEndpoint }),
      useAuthWithCustomEndpoint: options.sendsCredentials,
      timeout: options.retries.idleTimeoutMs,
      // Repeated here, by one policy for all.
      retryOptions: { autoRetry: false, maxRetries: 0 },
    })
    this.bucket = this.#storage.bucket(bucket)
  }

  /** Refused with 412 where the object is there, now or when the upload ends. `metadata` is kept with the object. */
  async begin(name: string, metadata: Headers): Promise<ResumableUpload> {
    const query = new URLSearchParams({ uploadType: 'resumable', ifGenerationMatch: '0', name })
    const body = Buffer.from(JSON.stringify({ metadata }))
    const session = await this.#authorized(async (credentials, signal) => {
      const reply = await sendAndRead({
        method: 'POST',
        url: `${this.#storage.apiEndpoint}/upload/storage/v1/b/${this.bucket.name}/o?${query.toString()}`,
        headers: {
          ...credentials,
          'content-type': 'application/json',
          'content-length': body.length,
          'x-upload-content-type': 'application/octet-stream',
        },
        body,
        idleTimeoutMs: this.#retries.idleTimeoutMs,
        signal,
      })
      if (reply.status !== 200 || reply.headers.location === undefined) throw refusal(reply)
      return reply.headers.location
    })
    return new ResumableUpload(session, this.#retries)
  }

  /**
   * The reply that brings the bytes; `undefined` where there is no such object, or no such bucket.
   * Not through the library: in 7.22 destroying one of its read streams destroys the sockets of all the others,
   * which then hang (File.createReadStream, `request.agent.destroy()`).
   */
  async get(asked: AskedBytes, stop?: AbortSignal): Promise<IncomingMessage | undefined> {
    const { idleTimeoutMs } = this.#retries
    return this.#authorized(async (credentials, deadline) => {
      const signal = stop ? AbortSignal.any([stop, deadline]) : deadline
      const headers = { ...credentials, 'accept-encoding': 'identity', ...rangeHeader(asked) }
      const response = await send({ method: 'GET', url: this.#urlOf(asked), headers, idleTimeoutMs, signal })
      if (isWhatWasAsked(response, asked)) return response
      const reply = {
        status: response.statusCode ?? 0,
        headers: response.headers,
        text: await textOf(response, { idleTimeoutMs, signal }),
      }
      if (reply.status === 404) return undefined
      throw refusal(reply)
    })
  }

  /**
   * A signed address (V4). The library signs with the key of the account where the credentials have one, else by IAM's
   * signBlob, which it repeats by itself.
   */
  async sign(name: string, terms: LinkTerms): Promise<URL> {
    const { signal } = new Deadline(this.#retries.deadlineMs)
    const [href] = await inTime(
      signal,
      asGcsFault('sign', () =>
        this.bucket.file(name).getSignedUrl({
          version: 'v4',
          action: 'read',
          expires: Date.now() + terms.expiresInSeconds * 1000,
          responseType: terms.contentType,
          responseDisposition: terms.contentDisposition,
          ...(this.#signingEndpoint !== undefined && { signingEndpoint: this.#signingEndpoint }),
        }),
      ),
    )
    return new URL(href)
  }

  /** A call of the library, repeated after a fault. */
  async call<T>(what: string, call: () => Promise<T>): Promise<T> {
    return retried(this.#retries, (signal) => this.#renewing(() => inTime(signal, asGcsFault(what, call))))
  }

  #urlOf({ name, generation }: AskedBytes): string {
    const precondition = generation === undefined ? '' : `&ifGenerationMatch=${generation}`
    const object = `${this.#storage.apiEndpoint}/storage/v1/b/${this.bucket.name}/o/${encodeURIComponent(name)}`
    return `${object}?alt=media${precondition}`
  }

  async #authorized<T>(request: (credentials: Headers, signal: AbortSignal) => Promise<T>): Promise<T> {
    return retried(this.#retries, (signal) =>
      this.#renewing(async () => request(await inTime(signal, this.#credentials()), signal)),
    )
  }

  async #credentials(): Promise<Headers> {
    if (!this.#sendsCredentials) return {}
    return asGcsFault('credentials', () => this.#storage.authClient.getRequestHeaders())
  }

  /** A token may end before its time, by a revocation or a clock that is wrong: a new one is tried, once. */
  async #renewing<T>(request: () => Promise<T>): Promise<T> {
    try {
      return await request()
    } catch (error) {
      if (!(this.#sendsCredentials && error instanceof GcsFault && error.status === 401)) throw error
      const client = await this.#storage.authClient.getClient()
      client.setCredentials({ ...client.credentials, expiry_date: 1 })
      return request()
    }
  }
}

const rangeHeader = ({ range }: AskedBytes): Headers =>
  range ? { range: `bytes=${range.start}-${range.end}` } : {}

function isWhatWasAsked({ statusCode, headers }: IncomingMessage, { range }: AskedBytes): boolean {
  if (!range) return statusCode === 200
  return statusCode === 206 && headers['content-range']?.startsWith(`bytes ${range.start}-`) === true
}
