import type Koa from 'koa'
import type { HttpServerOptions } from '../server/http-server.ts'
import { receiveUpload, type ReceivedUpload, type ReceiveUploadOptions } from '../uploads/receive-upload.ts'
import { listening, type Listening } from './listening.ts'
import { formOf, formType, type PartSpec } from './multipart-form.ts'

export interface Answer {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
}

export const limitBytes = 300_000

/** A server that takes uploads and keeps the last one; `use` may be replaced. */
export class UploadTarget {
  readonly server: Listening
  /** The bytes of the file that have come so far. */
  received: Buffer = Buffer.alloc(0)
  /** What `use` was thrown or threw. */
  readonly failures: unknown[] = []
  /** Happens before the upload is received. */
  before = (_ctx: Koa.Context): Promise<void> => Promise.resolve()
  use = (upload: ReceivedUpload): Promise<unknown> => this.store(upload)

  constructor(server: Listening) {
    this.server = server
  }

  static async open(
    options: Partial<ReceiveUploadOptions> = {},
    serverOptions: HttpServerOptions = {},
  ): Promise<UploadTarget> {
    const server: Listening = await listening(async (ctx) => {
      await target.before(ctx)
      ctx.body = await receiveUpload(ctx, { maxUploadBytes: limitBytes, ...options }, (upload) =>
        target.#take(upload),
      )
    }, serverOptions)
    const target = new UploadTarget(server)
    return target
  }

  /** As a store and its use case would: all bytes first, then the fields. */
  async store({ fileName, content, fields }: ReceivedUpload): Promise<unknown> {
    const chunks: Uint8Array[] = []
    for await (const chunk of content) {
      chunks.push(chunk)
      this.received = Buffer.concat(chunks)
    }
    return { fileName, size: this.received.length, fields: await fields() }
  }

  async post(body: Uint8Array | string, type = formType): Promise<Answer> {
    const response = await fetch(`http://127.0.0.1:${this.server.port}/`, {
      method: 'POST',
      headers: { 'Content-Type': type },
      body,
    })
    return { status: response.status, body: (await response.json()) as Answer['body'] }
  }

  postForm(...parts: readonly PartSpec[]): Promise<Answer> {
    return this.post(formOf(...parts))
  }

  async #take(upload: ReceivedUpload): Promise<unknown> {
    try {
      return await this.use(upload)
    } catch (error) {
      this.failures.push(error)
      throw error
    }
  }
}

/** The refusal as status, code and, where there is one, the path and code of its issue. */
export function refusal({ status, body }: Answer): string {
  const [issue] = (body.errors ?? []) as { path: string; code: string }[]
  return [status, body.code, ...(issue ? [issue.path, issue.code] : [])].join(' ')
}
