import { randomUUID } from 'node:crypto'
import { crc32 } from 'node:zlib'
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  UploadPartCommand,
  type CompletedPart,
  type HeadObjectCommandOutput,
} from '@aws-sdk/client-s3'
import { S3Fault } from './s3-fault.ts'
import type { S3Requests } from './s3-requests.ts'

export interface S3Place {
  readonly Bucket: string
  readonly Key: string
}

/** What tells an object of this write from one of another: S3 has no answer to "was that me?" after a lost reply. */
const writeIdKey = 'audiohost-write'

interface Condition {
  readonly IfNoneMatch?: '*'
}

const ifAbsent: Condition = { IfNoneMatch: '*' }

/** One object on its way: by one request where one chunk is all, else in parts. */
export class S3Write {
  readonly #requests: S3Requests
  readonly #place: S3Place
  readonly #writeId = randomUUID()
  readonly #parts: CompletedPart[] = []
  #uploadId: string | undefined
  #sizeBytes = 0
  #mayBeThere = false

  constructor(requests: S3Requests, place: S3Place) {
    this.#requests = requests
    this.#place = place
  }

  /** Begins an upload in parts. */
  async begin(): Promise<string> {
    const { UploadId } = await this.#requests.send(
      new CreateMultipartUploadCommand({ ...this.#place, ...this.#attributes(), ChecksumAlgorithm: 'CRC32' }),
    )
    if (UploadId === undefined) throw new S3Fault('The storage began an upload without a name')
    this.#uploadId = UploadId
    return UploadId
  }

  /** A chunk that is not the last: of at least 5 MiB on Amazon's service, and all of one length on R2. */
  async addPart(chunk: Uint8Array): Promise<void> {
    const part = {
      ...this.#place,
      UploadId: this.#uploadId ?? (await this.begin()),
      PartNumber: this.#parts.length + 1,
      ContentLength: chunk.length,
      ChecksumCRC32: base64(crc32(chunk)),
      Body: chunk,
    }
    const { ETag } = await this.#requests.send(new UploadPartCommand(part))
    this.#parts.push({ ETag, PartNumber: part.PartNumber, ChecksumCRC32: part.ChecksumCRC32 })
    this.#sizeBytes += chunk.length
  }

  /** The last chunk, after which the object is there as it was sent. Throws a plain error where another one is. */
  async finish(chunk: Uint8Array): Promise<void> {
    let sum = base64(crc32(chunk))
    if (this.#uploadId === undefined) {
      this.#sizeBytes = chunk.length
      await this.#publish((condition) => this.#put(chunk, { ...condition, ChecksumCRC32: sum }))
    } else {
      await this.addPart(chunk)
      sum = sumOfSums(this.#parts)
      await this.#publish((condition) => this.#complete(condition))
    }
    await this.#requireIntact(sum)
  }

  /** Takes back what was sent, and the object where a lost reply hides that it was made. */
  async withdraw(): Promise<void> {
    const upload = { ...this.#place, UploadId: this.#uploadId }
    if (upload.UploadId !== undefined) {
      await this.#requests.send(new AbortMultipartUploadCommand(upload)).catch(unlessAbsent)
    }
    if (this.#mayBeThere && this.#isOurs(await this.#head())) {
      await this.#requests.send(new DeleteObjectCommand(this.#place))
    }
  }

  /** A refusal may be the echo of a repetition whose first reply was lost: what is there then tells. */
  async #publish(request: (condition: Condition) => Promise<void>): Promise<void> {
    this.#mayBeThere = true
    try {
      await request(ifAbsent).catch(async (error: unknown) => {
        // A service that lacks the condition says so; to look right before is then the best there is.
        if (!(error instanceof S3Fault && error.status === 501) || (await this.#head())) throw error
        await request({})
      })
    } catch (error) {
      if (!(error instanceof S3Fault && refusals.has(error.status ?? 0))) throw error
      const found = await this.#head()
      if (!found) throw error
      if (this.#isOurs(found)) return
      throw new Error(`${this.#place.Key} has been written already`, { cause: error })
    }
  }

  async #put(chunk: Uint8Array, guards: Condition & { readonly ChecksumCRC32: string }): Promise<void> {
    const object = {
      ...this.#place,
      ...this.#attributes(),
      ...guards,
      ContentLength: chunk.length,
      Body: chunk,
    }
    await this.#requests.send(new PutObjectCommand(object))
  }

  async #complete(condition: Condition): Promise<void> {
    const upload = {
      ...this.#place,
      ...condition,
      UploadId: this.#uploadId,
      MultipartUpload: { Parts: this.#parts },
    }
    await this.#requests.send(new CompleteMultipartUploadCommand(upload))
  }

  #attributes() {
    return { ContentType: 'application/octet-stream', Metadata: { [writeIdKey]: this.#writeId } }
  }

  async #requireIntact(sum: string): Promise<void> {
    const found = await this.#head()
    if (!this.#isOurs(found)) throw new S3Fault('The storage lost the object that it had confirmed')
    if (found?.ContentLength !== this.#sizeBytes) {
      throw new S3Fault(`The storage keeps ${found?.ContentLength} of ${this.#sizeBytes} bytes`)
    }
    requireSameSum(found.ChecksumCRC32, sum)
  }

  async #head(): Promise<HeadObjectCommandOutput | undefined> {
    const place = { ...this.#place, ChecksumMode: 'ENABLED' as const }
    return this.#requests.send(new HeadObjectCommand(place)).catch(unlessAbsent)
  }

  #isOurs(found: HeadObjectCommandOutput | undefined): boolean {
    return found?.Metadata?.[writeIdKey] === this.#writeId
  }
}

export function unlessAbsent(error: unknown): undefined {
  if (!(error instanceof S3Fault && error.status === 404)) throw error
}

/** 409 and 412 where another write was there or came between, 404 where the upload is over, 501 where it cannot be told. */
const refusals = new Set([404, 409, 412, 501])

/** A service that knows no sums names none. */
function requireSameSum(kept: string | undefined, sent: string): void {
  if (kept !== undefined && kept !== sent) {
    throw new S3Fault(`The storage keeps other bytes than were sent: CRC32 ${kept} and not ${sent}`)
  }
}

/** Amazon's "composite" sum: of the parts' sums, and how many they are. */
function sumOfSums(parts: readonly CompletedPart[]): string {
  const sums = parts.map(({ ChecksumCRC32 }) => Buffer.from(ChecksumCRC32 ?? '', 'base64'))
  return `${base64(crc32(Buffer.concat(sums)))}-${parts.length}`
}

function base64(sum: number): string {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(sum)
  return bytes.toString('base64')
}
