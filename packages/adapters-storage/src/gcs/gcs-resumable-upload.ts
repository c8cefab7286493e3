import { Deadline } from './gcs-deadline.ts'
import { GcsFault } from './gcs-fault.ts'
import { refusal, sendAndRead, type GcsReply } from './gcs-http.ts'
import { pause, type RetryPolicy } from './gcs-retries.ts'

/** What the storage says that it keeps. */
export interface StoredObject {
  readonly crc32c: string
  readonly generation: string
}

interface Chunk {
  readonly bytes: Buffer
  /** Where in the object it begins. */
  readonly start: number
  /** Of the whole object, where the chunk is the last. */
  readonly crc32c?: string
}

/**
 * Sends one object in chunks to an upload session
 * (https://cloud.google.com/storage/docs/performing-resumable-uploads#chunked-upload).
 * After a fault it asks how much has arrived, and goes on from there.
 */
export class ResumableUpload {
  readonly #session: string
  readonly #retries: RetryPolicy
  /** What the storage has confirmed. */
  #storedBytes = 0
  /** How long the storage has been waited for. */
  #waitedMs = 0
  #sentLast = false

  constructor(session: string, retries: RetryPolicy) {
    this.#session = session
    this.#retries = retries
  }

  /** Whether the object may be there, although nobody said so. */
  get mayBeWhole(): boolean {
    return this.#sentLast
  }

  /** A chunk that is not the last: its length is a multiple of 256 KiB. */
  async send(bytes: Buffer): Promise<void> {
    const stored = await this.#deliver({ bytes, start: this.#storedBytes })
    if (stored) throw new GcsFault('The storage took a part of the object for all of it')
  }

  /** The last chunk, after which the object is there: as a whole of this sum, or not at all where the storage can tell. */
  async finish(bytes: Buffer, crc32c: string): Promise<StoredObject> {
    this.#sentLast = true
    const stored = await this.#deliver({ bytes, start: this.#storedBytes, crc32c })
    if (!stored) throw new GcsFault('The storage did not complete the object')
    return stored
  }

  /** What has been sent is dropped. */
  async cancel(): Promise<void> {
    await this.#request('DELETE', { signal: new Deadline(this.#retries.idleTimeoutMs).signal })
  }

  async #deliver(chunk: Chunk): Promise<StoredObject | undefined> {
    let deadline = this.#nextDeadline()
    let fault: GcsFault | undefined
    for (let failures = 0; ; failures++) {
      const storedBefore = this.#storedBytes
      const beganAt = performance.now()
      try {
        // A storage that took a part and said so is asked nothing, and given the rest at once.
        if (fault && (fault.isTransient || failures > 1)) {
          await pause(fault, failures, { policy: this.#retries, deadline })
        }
        const stored =
          (fault?.isTransient && (await this.#ask(deadline.signal))) ||
          (await this.#put(chunk, deadline.signal))
        if (stored) return stored
        if (chunk.crc32c === undefined && this.#storedBytes === chunk.start + chunk.bytes.length)
          return undefined
        fault = new GcsFault('The storage takes no bytes any more')
      } catch (error) {
        if (!(error instanceof GcsFault && error.isTransient) || error === fault) throw error
        fault = error
      } finally {
        this.#waitedMs += performance.now() - beganAt
      }
      if (this.#storedBytes > storedBefore) {
        failures = 0
        deadline = this.#nextDeadline()
      }
      if (failures >= this.#retries.limit) throw fault
    }
  }

  #nextDeadline(): Deadline {
    const { chunkDeadlineMs, writeDeadlineMs } = this.#retries
    return new Deadline(Math.min(chunkDeadlineMs, writeDeadlineMs - this.#waitedMs))
  }

  /** What of the chunk has not been confirmed yet. */
  async #put({ bytes, start, crc32c }: Chunk, signal: AbortSignal): Promise<StoredObject | undefined> {
    const end = start + bytes.length
    const rest = bytes.subarray(this.#storedBytes - start)
    if (rest.length === 0 && crc32c === undefined) return undefined
    const part = rest.length === 0 ? '*' : `${this.#storedBytes}-${end - 1}`
    const headers = {
      'content-range': `bytes ${part}/${crc32c === undefined ? '*' : end}`,
      ...(crc32c !== undefined && { 'x-goog-hash': `crc32c=${crc32c}` }),
    }
    return this.#progress(await this.#request('PUT', { headers, body: rest, signal }))
  }

  async #ask(signal: AbortSignal): Promise<StoredObject | undefined> {
    return this.#progress(await this.#request('PUT', { headers: { 'content-range': 'bytes */*' }, signal }))
  }

  #progress(reply: GcsReply): StoredObject | undefined {
    if (reply.status === 200 || reply.status === 201) return parseStoredObject(reply.text)
    if (reply.status !== 308) throw refusal(reply)
    // No header stands for no byte.
    const storedBytes = Number(/^bytes=0-(\d+)$/.exec(reply.headers.range ?? '')?.[1] ?? -1) + 1
    if (storedBytes < this.#storedBytes) throw new GcsFault('The storage lost bytes that it had confirmed')
    this.#storedBytes = storedBytes
    return undefined
  }

  async #request(
    method: 'PUT' | 'DELETE',
    { headers, body = Buffer.alloc(0), signal }: UploadRequest,
  ): Promise<GcsReply> {
    return sendAndRead({
      method,
      url: this.#session,
      headers: { ...headers, 'content-length': body.length },
      body,
      idleTimeoutMs: this.#retries.idleTimeoutMs,
      signal,
    })
  }
}

interface UploadRequest {
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array
  readonly signal: AbortSignal
}

function parseStoredObject(text: string): StoredObject {
  try {
    const { crc32c, generation } = JSON.parse(text) as Readonly<Record<string, unknown>>
    if (typeof crc32c === 'string' && typeof generation === 'string') {
      return { crc32c, generation }
    }
  } catch (cause) {
    throw new GcsFault('The storage said that it has the object, but not as JSON', { cause })
  }
  throw new GcsFault('The storage did not say what it keeps')
}
