import { AsyncLocalStorage } from 'node:async_hooks'
import type { Readable } from 'node:stream'
import type { Actor, AudioId, Upload } from '@audiohost/core'
import { DataStore, Upload as TusUpload } from '@tus/server'
import type { IncomingHttpHeaders } from 'node:http'
import type { OpenPart, ReceivedPart } from '../route.ts'
import type { UseCases } from '../use-cases.ts'
import { given, readDigests } from '../uploads/request-digests.ts'
import { checked, partChecksums } from './part-checksums.ts'
import { tusExtensions } from './tus-protocol.ts'

/** One request, as the parts that the tus server calls see it. */
export interface TusCall {
  readonly actor: Actor
  readonly id: AudioId | undefined
  readonly headers: IncomingHttpHeaders
  readonly part: ReceivedPart | undefined
  /** Aborts where the client has left. */
  readonly gone: AbortSignal
  /** What is known of the upload once the request has been worked on. */
  upload?: Upload
  /** Told with this request. */
  lengthBytes?: number
  body?: OpenPart
  /** What went wrong, which the tus server would turn into text. */
  error?: Error
}

export type UploadUseCases = Pick<
  UseCases,
  'beginUpload' | 'appendToUpload' | 'findUpload' | 'cancelUpload' | 'holdUpload'
>

/** The tus server's side of the use cases. The bytes pass it by: they come from the request as all uploads do. */
export class UploadDataStore extends DataStore {
  override extensions: string[] = [...tusExtensions]
  readonly calls = new AsyncLocalStorage<TusCall>()
  readonly #useCases: UploadUseCases

  constructor(useCases: UploadUseCases) {
    super()
    this.#useCases = useCases
  }

  override async create(file: TusUpload): Promise<TusUpload> {
    const { actor, headers } = this.#call
    const metadata = file.metadata ?? {}
    const upload = await this.#useCases.beginUpload.execute({
      actor,
      lengthBytes: file.size,
      fileName: metadata.filename ?? metadata.name ?? undefined,
      title: metadata.title ?? undefined,
      description: metadata.description ?? undefined,
      metadata,
      expectedSha256: given(readDigests(headers).representation),
    })
    this.#call.upload = upload
    file.id = upload.id
    return file
  }

  override async getUpload(): Promise<TusUpload> {
    const { actor, id, headers } = this.#call
    const upload = await this.#useCases.findUpload.execute({ actor, id: id as AudioId })
    this.#call.upload = upload
    // Who lost the answer tells the length again.
    const isTold = headers['upload-length'] !== upload.lengthBytes?.toString()
    return asTusUpload(isTold ? upload : { ...upload, lengthBytes: undefined })
  }

  override async declareUploadLength(_id: string, lengthBytes: number): Promise<void> {
    // Together with the bytes, or not at all.
    this.#call.lengthBytes = lengthBytes
  }

  override async write(nothing: Readable, id: string, offsetBytes: number): Promise<number> {
    nothing.resume()
    const call = this.#call
    const checksums = partChecksums(call.headers)
    const isAtomic = checksums.length > 0
    const body = call.part?.open({ atCut: isAtomic ? 'fail' : 'end' })
    if (!body) throw new Error('A part without a body')
    call.body = body
    try {
      call.upload = await this.#useCases.appendToUpload.execute({
        actor: call.actor,
        id: id as AudioId,
        offsetBytes,
        content: isAtomic ? checked(body.bytes, checksums) : body.bytes,
        lengthBytes: call.lengthBytes,
        isAtomic,
      })
    } finally {
      body.stop()
    }
    // What had come is kept; the client, where it is still there, is told that this was not all.
    if (body.cut) throw body.cut
    return call.upload.offsetBytes
  }

  override async remove(id: string): Promise<void> {
    await this.#useCases.cancelUpload.execute({ actor: this.#call.actor, id: id as AudioId })
  }

  get #call(): TusCall {
    const call = this.calls.getStore()
    if (!call) throw new Error('The store was called outside of a request')
    return call
  }
}

/** Without a date: what expires is for us to say. */
const asTusUpload = ({ id, lengthBytes, offsetBytes, metadata }: Upload): TusUpload =>
  new TusUpload({
    id,
    offset: offsetBytes,
    ...(lengthBytes !== undefined && { size: lengthBytes }),
    ...(Object.keys(metadata).length > 0 && { metadata: { ...metadata } }),
  })
