import path from 'node:path'
import { run } from './process.mjs'

const script = path.join(import.meta.dirname, 'wrk.lua')

/**
 * Sends requests as fast as they are answered and returns what came of it: requests a second, megabytes a
 * second, and the milliseconds of the median and of the slowest hundredth. `ranges` asks for parts of a file
 * at random, `pathsFile` for the paths in the lines of a file, one after the other. With `mayRefuse`,
 * refusals are counted instead of being an error.
 */
export async function load(
  url,
  { token, connections = 16, seconds = 2, ranges, pathsFile, mayRefuse = false } = {},
) {
  const asked = ranges ? [ranges.ofBytes, ranges.bytes].map(String) : pathsFile ? [pathsFile] : []
  const output = await run('wrk', [
    ...['--threads', '1', '--connections', String(connections), '--duration', `${seconds}s`],
    ...['--timeout', '60s', '--script', script],
    ...(token ? ['--header', `Authorization: Bearer ${token}`] : []),
    ...[url, '--', ...asked],
  ])
  const counts = JSON.parse(output.slice(output.lastIndexOf('\n{')))
  // A refusal is quick, and no figure of what was to be measured.
  if ((mayRefuse ? 0 : counts.refused) + counts.failed > 0) {
    throw new Error(`${url}: ${counts.refused} requests were refused, ${counts.failed} failed`)
  }
  return {
    requests: counts.requests,
    servedPerSecond: (counts.requests - counts.refused) / (counts.microseconds / 1e6),
    refused: counts.refused,
    perSecond: counts.requests / (counts.microseconds / 1e6),
    megabytesPerSecond: counts.bytes / counts.microseconds,
    medianMs: counts.p50 / 1000,
    slowMs: counts.p99 / 1000,
  }
}
