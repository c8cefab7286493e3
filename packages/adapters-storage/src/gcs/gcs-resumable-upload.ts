import { GcsFault } from './gcs-fault.ts'
import { refusal, sendAndRead, type GcsReply } from './gcs-http.ts'
import { pause, type RetryPolicy } from './gcs-retries.ts'

/** What the storage says that it keeps. */
export interface StoredObject {
  readonly crc32c: string
  readonly generation: string
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

  constructor(session: string, retries: RetryPolicy) {
    this.#session = session
    this.#retries = retries
  }

  /** A chunk that is not the last: its length is a multiple of 256 KiB. */
  async send(chunk: Buffer): Promise<void> {
    const stored = await this.#deliver(chunk)
    if (stored) throw new GcsFault('The storage took a part of the object for all of it')
  }

  /** The last chunk, after which the object is there: as a whole of this sum, or not at all where the storage can tell. */
  async finish(chunk: Buffer, crc32c: string): Promise<StoredObject> {
    const stored = await this.#deliver(chunk, crc32c)
    if (!stored) throw new GcsFault('The storage did not complete the object')
    return stored
  }

  /** What has been sent is dropped. */
  async cancel(): Promise<void> {
    await this.#request('DELETE', {})
  }

  /** With a sum where the chunk is the last. */
  async #deliver(chunk: Buffer, crc32c?: string): Promise<StoredObject | undefined> {
    const start = this.#storedBytes
    let fault = new GcsFault('The storage takes no bytes any more')
    for (let failures = 0; failures <= this.#retries.limit; failures++) {
      const storedBefore = this.#storedBytes
      try {
        if (failures > 0) await pause(failures, this.#retries)
        const stored = (failures > 0 && (await this.#ask())) || (await this.#put(chunk, { start, crc32c }))
        if (stored) return stored
        if (crc32c === undefined && this.#storedBytes === start + chunk.length) return undefined
      } catch (error) {
        if (!(error instanceof GcsFault && error.isTransient)) throw error
        fault = error
      }
      if (this.#storedBytes > storedBefore) failures = 0
    }
    throw fault
  }

  /** What of the chunk has not been confirmed yet. */
  async #put(
    chunk: Buffer,
    { start, crc32c }: { readonly start: number; readonly crc32c: string | undefined },
  ): Promise<StoredObject | undefined> {
    const end = start + chunk.length
    const rest = chunk.subarray(this.#storedBytes - start)
    if (rest.length === 0 && crc32c === undefined) return undefined
    const part = rest.length === 0 ? '*' : `${this.#storedBytes}-${end - 1}`
    const headers = {
      'content-range': `bytes ${part}/${crc32c === undefined ? '*' : end}`,
      ...(crc32c !== undefined && { 'x-goog-hash': `crc32c=${crc32c}` }),
    }
    return this.#progress(await this.#request('PUT', headers, rest))
  }

  async #ask(): Promise<StoredObject | undefined> {
    return this.#progress(await this.#request('PUT', { 'content-range': 'bytes */*' }))
  }

  #progress({ status, headers, text }: GcsReply): StoredObject | undefined {
    if (status === 200 || status === 201) return parseStoredObject(text)
    if (status !== 308) throw refusal(status, text)
    // No header stands for no byte.
    const storedBytes = Number(/^bytes=0-(\d+)$/.exec(headers.range ?? '')?.[1] ?? -1) + 1
    if (storedBytes < this.#storedBytes) throw new GcsFault('The storage lost bytes that it had confirmed')
    this.#storedBytes = storedBytes
    return undefined
  }

  async #request(
    method: 'PUT' | 'DELETE',
    headers: Readonly<Record<string, string>>,
    body: Uint8Array = Buffer.alloc(0),
  ): Promise<GcsReply> {
    return sendAndRead({
      method,
      url: this.#session,
      headers: { ...headers, 'content-length': body.length },
      body,
      idleTimeoutMs: this.#retries.idleTimeoutMs,
    })
  }
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
