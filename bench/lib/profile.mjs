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
 * Microseconds by place. A sample belongs to the innermost function on its stack that has a place, so that what a
 * library does counts as the caller's.
 */
export function timeByPlace({ nodes, samples, timeDeltas }, placeOf) {
  const places = new Map()
  const visit = (node, inherited) => {
    const place = placeOf(node.callFrame) ?? inherited
    places.set(node.id, place)
    for (const child of node.children ?? []) visit(byId.get(child), place)
  }
  const byId = new Map(nodes.map((node) => [node.id, node]))
  visit(nodes[0], undefined)
  const times = new Map()
  samples.forEach((id, index) => {
    const place = places.get(id)
    if (place !== undefined) times.set(place, (times.get(place) ?? 0) + timeDeltas[index])
  })
  return [...times].sort(([, one], [, other]) => other - one)
}
