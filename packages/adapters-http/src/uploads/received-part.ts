import type Koa from 'koa'
import { refuseCompressed } from '../refuse-compressed.ts'
import type { ReceivedPart } from '../route.ts'
import { defaultIdleMs } from './receive-upload.ts'
import { RequestBody } from './request-body.ts'

/** How long a part may be is for its upload to say. */
export function receivedPart(ctx: Koa.Context): ReceivedPart {
  const { 'content-length': length, 'transfer-encoding': encoding } = ctx.req.headers
  return {
    hasBytes: encoding !== undefined || Number(length ?? 0) > 0,
    open: ({ atCut }) => {
      refuseCompressed(ctx)
      return new RequestBody(ctx, {
        maxUploadBytes: Number.MAX_SAFE_INTEGER,
        idleMs: defaultIdleMs,
        atCut,
      })
    },
  }
}
