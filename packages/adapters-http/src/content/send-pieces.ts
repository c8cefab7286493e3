import type { ContentHandle } from '@audiohost/core'
import type Koa from 'koa'
import { BytePool } from './byte-pool.ts'
import { deliver, type DeliverOptions } from './deliver.ts'
import { PieceReader, type Piece } from './pieces.ts'
import { pumpPieces } from './pump-pieces.ts'

/** A body that is read from a content held open. */
export interface HeldBody {
  readonly handle: ContentHandle
  readonly pieces: readonly Piece[]
}

export interface SendPiecesOptions extends DeliverOptions {
  readonly pool?: BytePool
}

/** One for the process: its cap is about the memory of the process. */
const processPool = new BytePool()

/** What that pool has lent and what it keeps for the next reply, for whoever watches the memory of the process. */
export const pooledBytes = (): { readonly lent: number; readonly kept: number } => ({
  lent: processPool.lentBytes,
  kept: processPool.keptBytes,
})

/** Sends the pieces as the body of the reply, as `sendContent` does with a stream. Releases the handle in any case. */
export async function sendPieces(
  ctx: Koa.Context,
  { handle, pieces }: HeldBody,
  { pool = processPool, ...options }: SendPiecesOptions = {},
): Promise<void> {
  try {
    await deliver(ctx, options, (res) => pumpPieces(new PieceReader(handle, pieces), res, pool))
  } finally {
    handle.release()
  }
}
