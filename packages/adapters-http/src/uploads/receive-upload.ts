import type { Room } from '@audiohost/core'
import type Koa from 'koa'
import { isBodyType } from './body-types.ts'
import { receiveBody } from './receive-body.ts'
import { receiveForm } from './receive-form.ts'
import type { UploadedFile, UploadFields, UploadFormOptions } from './upload-form.ts'

export interface ReceivedUpload extends UploadedFile {
  /** Pulled only as fast as it is read; throws what the form fails of. Whoever stops reading early must then throw. */
  readonly content: AsyncIterable<Uint8Array>
  /** To be called once the content has ended. Rejects where the rest of the form is refused: what was stored must go. */
  readonly fields: () => Promise<UploadFields>
  /** What the request says of the size of the file. */
  readonly expected: () => Room | undefined
  /** What the request says of its content, SHA-256 in hex. */
  readonly expectedSha256: readonly string[]
}

export interface ReceiveUploadOptions {
  readonly maxUploadBytes: number
  /** A client that sends nothing, or next to nothing, for so long is given up. */
  readonly idleMs?: number
  /** What is wrong with the values of the fields of a form. */
  readonly issuesOfFields?: UploadFormOptions['issuesOfFields']
}

export const defaultIdleMs = 30_000

/** Streams the file of a request to `use`, be it a form or the file itself, and passes on what `use` returns or throws. */
export async function receiveUpload<T>(
  ctx: Koa.Context,
  { maxUploadBytes, idleMs = defaultIdleMs, issuesOfFields = () => [] }: ReceiveUploadOptions,
  use: (upload: ReceivedUpload) => Promise<T>,
): Promise<T> {
  const receive = isBodyType(ctx.get('Content-Type')) ? receiveBody : receiveForm
  return receive(ctx, { maxUploadBytes, idleMs, issuesOfFields }, use)
}
