import type { Database } from './database.ts'

export interface ClockSkew {
  /** How far the database's clock is ahead of ours; negative: behind. */
  readonly skewMs: number
  /** Half of the round trip: by so much the skew may be wrong. */
  readonly uncertaintyMs: number
}

const samples = 3

/** Compares the clock of the database's machine with that of this one, by the quickest of a few answers. */
export async function clockSkew(database: Database): Promise<ClockSkew> {
  let best: ClockSkew | undefined
  for (let count = 0; count < samples; count++) {
    const skew = await sample(database)
    if (!best || skew.uncertaintyMs < best.uncertaintyMs) best = skew
  }
  return best as ClockSkew
}

async function sample(database: Database): Promise<ClockSkew> {
  const sent = Date.now()
  const { rows } = await database.run(
    (knex): PromiseLike<{ readonly rows: readonly { readonly now: Date }[] }> =>
      knex.raw('select clock_timestamp() as now'),
  )
  const received = Date.now()
  const now = rows[0]?.now.getTime() ?? received
  return { skewMs: now - (sent + received) / 2, uncertaintyMs: (received - sent) / 2 }
}
