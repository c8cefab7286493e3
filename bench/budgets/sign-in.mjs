import { interleave, median } from '../lib/interleave.mjs'
import { origin } from '../lib/origin.mjs'
import { row, shown } from '../lib/rows.mjs'
import { signInsAtOnce } from '../lib/sign-ins.mjs'
import { load } from '../lib/wrk.mjs'

const clients = 64

/** P10: sign-ins, each an argon2id hash of 19 MiB, and what is left for everybody else meanwhile. */
export async function signIns({ startApp, token, rounds, seconds }) {
  // All of them come from one address here.
  const app = await startApp({ variables: { RATE_LIMITS: 'off' } })
  const both = async () => {
    const [logins, me] = await Promise.all([
      signInsAtOnce(app, { clients, seconds }),
      load(`${app.url}/v1/auth/me`, { token, connections: 2, seconds }),
    ])
    return { ...logins, meSlowMs: me.slowMs }
  }
  const alone = () => signInsAtOnce(app, { clients, seconds })
  const figures = await interleave({ alone, both }, rounds)
  await app.stop()
  return rowsOf(figures)
}

function rowsOf({ alone, both }) {
  const perSecond = median(alone.map((each) => each.perSecond))
  const slowest = (what, all, goal) => {
    const figure = median(all)
    return row({
      id: 'P10',
      what,
      ours: `${shown(figure)} ms`,
      figure,
      unit: 'ms',
      digits: 0,
      goal,
      isAtMost: true,
      details: { all },
    })
  }
  return [
    row({
      id: 'P10',
      what: `sign-ins, ${clients} at once, of the origin`,
      ours: `${shown(perSecond)}/s`,
      beside: `${origin.loginsPerSecond}/s`,
      figure: perSecond / origin.loginsPerSecond,
      goal: 10,
      details: { alone },
    }),
    slowest(
      `p99 of ${clients} sign-ins at once`,
      alone.map(({ slowMs }) => slowMs),
      600,
    ),
    slowest(
      `p99 of me during ${clients} sign-ins`,
      both.map(({ meSlowMs }) => meSlowMs),
      20,
    ),
  ]
}
