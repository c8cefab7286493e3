import { interleave } from '../lib/interleave.mjs'
import { ratioRow } from '../lib/rows.mjs'
import { load } from '../lib/wrk.mjs'

const unit = 'MB/s'

/** P3: whole files, beside nginx with sendfile, which Node does not have, and without. */
export async function downloads({ app, token, nginx, audio, rounds, seconds, quick }) {
  const rows = []
  for (const [size, connections] of quick ? quickCases : cases) {
    const { id, path, sizeBytes } = audio[size]
    const rate = (url, token) => async () =>
      (await load(url, { token, connections, seconds })).megabytesPerSecond
    const figures = await interleave(
      {
        sendfile: rate(`${nginx.url}/${id}`),
        ours: rate(`${app.url}${path}`, token),
        plain: rate(`${nginx.urlWithoutSendfile}/${id}`),
      },
      rounds,
    )
    const { ours, sendfile, plain } = figures
    const what = `${sizeBytes / 1e6} MB, ${connections} at once`
    rows.push(
      ratioRow({
        id: 'P3',
        what: `${what}, of nginx with sendfile`,
        ours,
        beside: sendfile,
        unit,
        goal: 0.9,
      }),
      ratioRow({ id: 'P3', what: `${what}, of nginx without`, ours, beside: plain, unit, goal: 0.6 }),
    )
  }
  return rows
}

const cases = ['medium', 'large'].flatMap((size) => [1, 16, 256].map((connections) => [size, connections]))
const quickCases = [['medium', 16]]
