import {
  ContentTooLarge,
  UploadLengthExceeded,
  UploadNotFound,
  UploadOffsetConflict,
  type Upload,
} from '@audiohost/core'
import { ERRORS, Server } from '@tus/server'
import { publicPath, type Site } from '../credentials/site.ts'
import { HttpProblem } from '../problem.ts'
import { checksumAlgorithms, tusExtensions, tusVersion, uploadsPath } from './tus-protocol.ts'
import { UploadDataStore, type TusCall, type UploadUseCases } from './upload-data-store.ts'
import { newUpload, UploadLocker } from './upload-locker.ts'

export interface TusEndpointOptions {
  readonly useCases: UploadUseCases
  readonly site: Pick<Site, 'publicUrl' | 'maxUploadBytes'>
}

export interface TusReply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
}

/** The protocol by @tus/server, without its way with bytes, cross-origin requests, errors and dates. */
export class TusEndpoint {
  readonly #useCases: UploadUseCases
  readonly #store: UploadDataStore
  readonly #server: Server
  readonly #site: TusEndpointOptions['site']

  constructor({ useCases, site }: TusEndpointOptions) {
    this.#site = site
    this.#useCases = useCases
    this.#store = new UploadDataStore(useCases)
    this.#server = new Server({
      path: uploadsPath,
      datastore: this.#store,
      locker: new UploadLocker(useCases, this.#store.calls),
      maxSize: site.maxUploadBytes,
      relativeLocation: true,
      namingFunction: () => newUpload,
      getFileIdFromRequest: () => this.#store.calls.getStore()?.id,
      onResponseError: (_request, error) => {
        const call = this.#store.calls.getStore()
        if (call && error instanceof Error) call.error = error
        return undefined
      },
    })
  }

  /** What the server can do, for whoever asks. */
  get capabilities(): Readonly<Record<string, string>> {
    return {
      'Tus-Resumable': tusVersion,
      'Tus-Version': tusVersion,
      'Tus-Extension': tusExtensions.join(','),
      'Tus-Max-Size': this.#site.maxUploadBytes.toString(),
      'Tus-Checksum-Algorithm': checksumAlgorithms.join(','),
    }
  }

  /** @throws HttpProblem, and what the use cases throw */
  async handle(method: 'POST' | 'HEAD' | 'PATCH' | 'DELETE', call: TusCall): Promise<TusReply> {
    requireVersion(call.headers['tus-resumable'])
    const response = await this.#store.calls.run(call, () => this.#server.handleWeb(requestOf(method, call)))
    if (call.error === undefined && response.ok) {
      const headers = { ...protocolHeaders(response), ...headersOf(call.upload) }
      return { status: response.status, headers: this.#withPublicPaths(headers) }
    }
    await this.#forgetUntold(call)
    throw call.error ?? this.#refusalOf(response.status, await response.text(), call)
  }

  #withPublicPaths(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
    const paths = ['Location', 'Content-Location'].flatMap((name) => {
      const path = headers[name]
      return path === undefined ? [] : [[name, publicPath(this.#site, path)] as const]
    })
    return { ...headers, ...Object.fromEntries(paths) }
  }

  /** What the tus server refuses by itself, in our words and by our codes. */
  #refusalOf(status: number, text: string, { upload, lengthBytes }: TusCall): Error {
    if (status === 404 || status === 410) return new UploadNotFound()
    if (status === 409) return new UploadOffsetConflict(upload)
    if (status === 413) {
      const declared = text.includes(ERRORS.ERR_SIZE_EXCEEDED.body)
        ? (upload?.lengthBytes ?? lengthBytes)
        : undefined
      if (declared !== undefined) return new UploadLengthExceeded(declared)
      return new ContentTooLarge(this.#site.maxUploadBytes)
    }
    return new HttpProblem({
      status: 400,
      code: 'malformed_request',
      detail: `Not a request of tus ${tusVersion}: ${text.trim()}`,
    })
  }

  /** Where the request that creates an upload fails, nobody knows its address, and it would hold its room until it expires. */
  async #forgetUntold({ actor, id, upload }: TusCall): Promise<void> {
    if (id !== undefined || !upload) return
    await this.#useCases.cancelUpload.execute({ actor, id: upload.id }).catch(() => undefined)
  }
}

/** Protocol: "If the version is not supported by the Server, it MUST respond with 412 and MUST include the Tus-Version header." */
function requireVersion(version: string | readonly string[] | undefined): void {
  if (version === tusVersion) return
  throw new HttpProblem({
    status: 412,
    code: 'precondition_failed',
    detail: `Tus-Resumable must be ${tusVersion}`,
    headers: { 'Tus-Version': tusVersion },
  })
}

/** The headers of the protocol only; the body stays where it is. */
function requestOf(method: string, { headers, id }: TusCall): Request {
  const passed = Object.entries(headers).filter(
    ([name, value]) => typeof value === 'string' && /^(tus-|upload-|content-length$)/.test(name),
  ) as [string, string][]
  // Compared by the letter there, and without regard to case here (`requirePartType`).
  const type = headers['content-type']?.toLowerCase()
  if (type !== undefined) passed.push(['content-type', type])
  return new Request(`http://localhost${uploadsPath}/${id ?? ''}`, { method, headers: passed })
}

const protocolHeaders = (response: Response): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [...response.headers]
      .filter(([name]) => /^(tus-|upload-|location$)/.test(name))
      .map(([name, value]) => [name.replaceAll(/(^|-)[a-z]/g, (letter) => letter.toUpperCase()), value]),
  )

/** An upload that has become audio names it, and one that has not says how long it will wait. */
function headersOf(upload: Upload | undefined): Readonly<Record<string, string>> {
  if (!upload) return {}
  const { audioId, expiresAt } = upload
  if (audioId === undefined) return { 'Upload-Expires': expiresAt.toUTCString() }
  return { 'Audio-Id': audioId, 'Content-Location': `/v1/audio/file/${audioId}` }
}
