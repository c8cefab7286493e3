import { readdirSync, readFileSync } from 'node:fs'

const ticksPerSecond = 100

/** Microseconds of processor time that the process and what it started have used so far. Linux only. */
export function processorMicroseconds(pid) {
  let ticks = 0
  for (const each of familyOf(pid)) {
    const fields = statOf(each)
    // utime and stime, of all threads.
    if (fields) ticks += Number(fields[11]) + Number(fields[12])
  }
  return (ticks / ticksPerSecond) * 1e6
}

/** Bytes of memory that the process and what it started hold now. */
export function residentBytes(pid) {
  let kilobytes = 0
  for (const each of familyOf(pid)) {
    const [, held = 0] = /^VmRSS:\s+(\d+) kB$/m.exec(textOf(`/proc/${each}/status`)) ?? []
    kilobytes += Number(held)
  }
  return kilobytes * 1024
}

/** The process and all its descendants. */
export function familyOf(pid) {
  const children = new Map()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const parent = Number(statOf(name)?.[1])
    children.set(parent, [...(children.get(parent) ?? []), Number(name)])
  }
  const family = [pid]
  for (const member of family) family.push(...(children.get(member) ?? []))
  return family
}

/** Fields from the third on: the second, in brackets, may hold anything. */
function statOf(pid) {
  const text = textOf(`/proc/${pid}/stat`)
  return text && text.slice(text.lastIndexOf(')') + 2).split(' ')
}

function textOf(file) {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    // The process has gone meanwhile.
    return ''
  }
}
