import { readFileSync, readlinkSync } from 'node:fs'
import { getPriority, platform, setPriority } from 'node:os'

/** Leaves the processor to the event loop and to other requests (docs/decisions/0048). */
const niceness = 10

/** The calling thread, whichever that is. */
export const ownThreadPath = '/proc/thread-self'

/** The path by which another thread of this process can read the processor time of the calling thread. */
export function threadPath(): string | undefined {
  if (platform() !== 'linux') return undefined
  try {
    return `/proc/${readlinkSync(ownThreadPath)}`
  } catch {
    return undefined
  }
}

/**
 * Processor time that a thread has used, or `undefined` if the system does not report it. The first number in `schedstat` is the time on the processor in nanoseconds
 * (Linux, scheduler/sched-stats).
 */
export function cpuMsOf(path: string): number | undefined {
  if (platform() !== 'linux') return undefined
  try {
    const nanoseconds = Number(readFileSync(`${path}/schedstat`, 'latin1').split(' ', 1)[0])
    return Number.isFinite(nanoseconds) ? nanoseconds / 1e6 : undefined
  } catch {
    return undefined
  }
}

/** On Linux a priority belongs to one thread; elsewhere it would apply to the whole process. */
export function lowerThreadPriority(): void {
  if (platform() === 'linux' && getPriority() < niceness) setPriority(niceness)
}
