import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** How many files below this folder this process has open. */
export const openFilesBelow = (folder: string): number =>
  readdirSync('/proc/self/fd').filter((fd) => linkOf(`/proc/self/fd/${fd}`).startsWith(`${folder}/`)).length

/** Of this machine, at the side of the server, that are open or not closed by it yet. */
export function connectionsTo(port: number): number {
  const hex = port.toString(16).toUpperCase().padStart(4, '0')
  const [established, closeWait] = ['01', '08']
  const ours = ['/proc/self/net/tcp', '/proc/self/net/tcp6']
    .flatMap((table) => readFileSync(table, 'utf8').split('\n'))
    .map((line) => line.trim().split(/\s+/))
    .filter(
      ([, local = '', , state]) =>
        local.endsWith(`:${hex}`) && (state === established || state === closeWait),
    )
  return ours.length
}

function linkOf(file: string): string {
  try {
    return readlinkSync(file)
  } catch {
    // Closed meanwhile.
    return ''
  }
}
