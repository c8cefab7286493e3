import { ContentTooLarge } from '@audiohost/core'
import type Koa from 'koa'
import { refuseCompressed } from '../refuse-compressed.ts'
import type { ReceivedUpload, ReceiveUploadOptions } from './receive-upload.ts'
import { RequestBody } from './request-body.ts'
import { given, readDigests } from './request-digests.ts'

/**
 * Streams the body of the request to `use` as the file itself, and passes on what `use` returns or throws.
 * Nothing of the body is asked for before `use` reads.
 * @throws HttpProblem 400, 408, 415; ContentTooLarge, UploadInterrupted
 */
export async function receiveBody<T>(
  ctx: Koa.Context,
  { maxUploadBytes, idleMs }: Pick<Required<ReceiveUploadOptions>, 'maxUploadBytes' | 'idleMs'>,
  use: (upload: ReceivedUpload) => Promise<T>,
): Promise<T> {
  const { req } = ctx
  refuseCompressed(ctx)
  const length = req.headers['content-length']
  const sizeBytes = length === undefined ? undefined : Number(length)
  if (sizeBytes !== undefined && sizeBytes > maxUploadBytes) throw new ContentTooLarge(maxUploadBytes)
  const { content, representation } = readDigests(req.headers)
  const body = new RequestBody(ctx, { maxUploadBytes, idleMs })
  try {
    return await use({
      fileName: undefined,
      content: body.bytes,
      fields: () => Promise.resolve({}),
      expected: () =>
        sizeBytes === undefined ? undefined : { atLeastBytes: sizeBytes, atMostBytes: sizeBytes },
      expectedSha256: given(content, representation),
    })
  } finally {
    body.stop()
  }
}
