import { interleave, median } from '../lib/interleave.mjs'
import { origin } from '../lib/origin.mjs'
import { row, shown } from '../lib/rows.mjs'
import { load } from '../lib/wrk.mjs'

const connections = 32

/** P8: who am I, which every page asks first. */
export async function me({ app, token, rounds, seconds }) {
  const { ours } = await interleave(
    { ours: () => load(`${app.url}/v1/auth/me`, { token, connections, seconds }) },
    rounds,
  )
  const perSecond = median(ours.map((figures) => figures.perSecond))
  const slowMs = median(ours.map((figures) => figures.slowMs))
  // With all connections always waiting, its mean is this, and the slowest hundredth is no faster.
  const originSlowMs = (connections / origin.mePerSecond) * 1000
  return [
    row({
      id: 'P8',
      what: `me, ${connections} connections, of the origin`,
      ours: `${shown(perSecond)} requests/s`,
      beside: `${origin.mePerSecond} requests/s`,
      figure: perSecond / origin.mePerSecond,
      goal: 8,
      details: { ours },
    }),
    row({
      id: 'P8',
      what: 'its p99, of the origin at the least',
      ours: `${shown(slowMs)} ms`,
      beside: `${shown(originSlowMs)} ms`,
      figure: slowMs / originSlowMs,
      goal: 0.2,
      isAtMost: true,
    }),
  ]
}
