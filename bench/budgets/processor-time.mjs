import path from 'node:path'
import { interleave, median } from '../lib/interleave.mjs'
import { listPages } from '../lib/list-pages.mjs'
import { profilable, profileDuring, sharesByPlace } from '../lib/profile.mjs'
import { row, shown } from '../lib/rows.mjs'
import { load } from '../lib/wrk.mjs'

/** P12: processor time of one request, all threads and processes of the app together. Steadier than any rate. */
export async function requestCosts({ app, token, postgres, folderOf, audio: { large }, rounds, seconds }) {
  const cost = (path, options) => async () => {
    const before = app.processorMicroseconds()
    const { requests } = await load(`${app.url}${path}`, { token, seconds, ...options })
    return (app.processorMicroseconds() - before) / requests
  }
  const ranges = { ofBytes: large.sizeBytes, bytes: 64 * 1024 }
  const { url } = app
  const pages = await listPages(postgres.url, { folder: folderOf('pages'), url, token })
  const figures = await interleave(
    {
      me: cost('/v1/auth/me'),
      list: cost('/v1/audio/?limit=50'),
      pages: cost('/v1/audio/', { pathsFile: pages.first }),
      range: cost(large.path, { ranges }),
    },
    rounds,
  )
  const names = {
    me: 'me',
    list: 'list of 50 in which nothing changed',
    pages: 'list of 50 that nobody asked for lately',
    range: '64 KiB range',
  }
  const goals = { me: 150, list: 200, pages: 200, range: 150 }
  return Object.entries(figures).map(([name, all]) =>
    row({
      id: 'P12',
      what: `processor time, ${names[name]}`,
      ours: `${shown(median(all))} µs`,
      figure: median(all),
      digits: 0,
      unit: 'µs',
      goal: goals[name],
      isAtMost: true,
      details: { all },
    }),
  )
}

/**
 * P12: what the costliest middleware takes of one request, by a profile: each of `http-app.ts`, and the one that finds the route,
 * with the libraries that they call. What is below it does not count.
 */
export async function middlewareCost({ startApp, token, folderOf, seconds }) {
  const file = path.join(folderOf('profiles'), 'middleware.cpuprofile')
  const app = await startApp(profilable(file))
  const use = () => load(`${app.url}/v1/auth/me`, { token, seconds })
  await use()
  const before = app.processorMicroseconds()
  const { result, profile } = await profileDuring(app, file, use)
  const perRequest = (app.processorMicroseconds() - before) / result.requests
  await app.stop()
  const costs = sharesByPlace(profile, placeOf)
    .filter(([place]) => /^(middleware\/|mount-routes\.js$)/.test(place))
    .map(([place, share]) => [path.basename(place, '.js'), share * perRequest])
  if (costs.length === 0) throw new Error('No sample fell into a middleware')
  const [name, cost] = costs[0]
  return [
    row({
      id: 'P12',
      what: `processor time of the costliest middleware, ${name}`,
      ours: `${shown(cost)} µs`,
      figure: cost,
      digits: 0,
      unit: 'µs',
      goal: 10,
      isAtMost: true,
      details: { costs },
    }),
  ]
}

const placeOf = ({ url }) => /\/packages\/[\w-]+\/dist\/(.+)$/.exec(url)?.[1]
