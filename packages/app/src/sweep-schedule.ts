import { defaultSweepAgeSeconds, type SweepLeftovers } from '@audiohost/core'
import type { Logger } from 'pino'

const hourMs = 3_600_000

/** Sweeps soon after the start and then about every hour, until stopped. Several nodes may do so at once. */
export function scheduleSweeps(sweep: SweepLeftovers, log: Logger): { stop(): Promise<void> } {
  let running: Promise<void> = Promise.resolve()
  let timer = setTimeout(run, 5_000)

  function run(): void {
    running = sweepOnce(sweep, log)
    // Spread out, so that nodes that start together do not sweep together.
    timer = setTimeout(run, hourMs * (0.9 + Math.random() * 0.2))
  }

  return {
    stop: async () => {
      clearTimeout(timer)
      await running
    },
  }
}

async function sweepOnce(sweep: SweepLeftovers, log: Logger): Promise<void> {
  try {
    const report = await sweep.execute({ ageSeconds: defaultSweepAgeSeconds })
    log.info({ sweep: report }, 'swept')
  } catch (error) {
    log.error({ err: error }, 'the sweep failed; the next one is in an hour')
  }
}
