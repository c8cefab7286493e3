import { run } from './process.mjs'

/** Loads one URL with wrk (apt install wrk); latencies in milliseconds. A reply that is no success fails the run. */
export async function wrk(url, { connections = 32, seconds = 5, headers = {}, script } = {}) {
  const output = await run('wrk', [
    ...['--threads', '1', '--connections', String(connections), '--duration', `${seconds}s`, '--latency'],
    ...Object.entries(headers).flatMap(([name, value]) => ['--header', `${name}: ${value}`]),
    ...(script === undefined ? [] : ['--script', script]),
    url,
  ])
  if (/Non-2xx|Socket errors/.test(output)) throw new Error(`wrk met errors:\n${output}`)
  return {
    requestsPerSecond: Number(/Requests\/sec:\s+([\d.]+)/.exec(output)[1]),
    megabytesPerSecond: inMegabytes(/Transfer\/sec:\s+([\d.]+)(\w+)/.exec(output)),
    p50: inMilliseconds(/50%\s+([\d.]+)(\w+)/.exec(output)),
    p99: inMilliseconds(/99%\s+([\d.]+)(\w+)/.exec(output)),
    requests: Number(/(\d+) requests in/.exec(output)[1]),
  }
}

const inMilliseconds = ([, figure, unit]) => Number(figure) * { us: 0.001, ms: 1, s: 1000 }[unit]
const inMegabytes = ([, figure, unit]) =>
  Number(figure) * { B: 1e-6, KB: 1.024e-3, MB: 1.048576, GB: 1073.741824 }[unit]
