import { existsSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'

const hook = path.join(import.meta.dirname, 'profile-on-signal.mjs')

/** How an app is started that can be profiled. */
export const profilable = (file) => ({
  nodeArgs: ['--import', hook],
  variables: { PROFILE_FILE: file },
})

/** Profiles the main thread of the app while `work` runs. */
export async function profileDuring({ pid }, file, work) {
  rmSync(file, { force: true })
  process.kill(pid, 'SIGUSR2')
  const result = await work()
  process.kill(pid, 'SIGUSR2')
  while (!existsSync(file) || !isWhole(file)) await new Promise((resolve) => setTimeout(resolve, 20))
  return { result, profile: JSON.parse(readFileSync(file, 'utf8')) }
}

const isWhole = (file) => readFileSync(file, 'utf8').endsWith('}')

/**
 * Which share of its work the thread did at each place. A sample belongs to the innermost function on its stack that
 * has a place, so that what a library does counts as the caller's. Shares, because the time of a sample passes also
 * where another process has the processor.
 */
export function sharesByPlace({ nodes, samples, timeDeltas }, placeOf) {
  const places = placesOf(nodes, placeOf)
  const times = new Map()
  let busy = 0
  samples.forEach((id, index) => {
    const { place, isIdle } = places.get(id)
    if (isIdle) return
    busy += timeDeltas[index]
    if (place !== undefined) times.set(place, (times.get(place) ?? 0) + timeDeltas[index])
  })
  return [...times].map(([place, time]) => [place, time / busy]).sort(([, one], [, other]) => other - one)
}

function placesOf(nodes, placeOf) {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const places = new Map()
  const visit = ({ id, callFrame, children = [] }, inherited) => {
    const place = placeOf(callFrame) ?? inherited
    places.set(id, { place, isIdle: isNoWork(callFrame) })
    for (const child of children) visit(byId.get(child), place)
  }
  visit(nodes[0], undefined)
  return places
}

/** Waiting, and starting the profiler itself. */
const isNoWork = ({ functionName, url }) =>
  url === '' && (functionName === '(idle)' || functionName === 'dispatch')
