import type { Config } from '../config.ts'
import { loadConfig, readOptions, type Command } from './command.ts'

const timeoutMs = 3000

/** Asks the server that runs with this configuration whether it serves. Fails if it does not. */
export const healthcheck: Command = async (args) => {
  const { live = false } = readOptions(args, { live: { type: 'boolean' } })
  const url = `${addressOf(await loadConfig())}${live ? '/livez' : '/readyz'}`
  const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) }).catch((cause: unknown) => {
    throw new Error(`${url} does not answer`, { cause })
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${url} answers ${response.status.toString()}: ${text.slice(0, 500)}`)
  process.stdout.write(`${text.trim()}\n`)
}

/** Where this machine reaches the health checks of a server that listens on `HOST`. */
function addressOf({ host, port, healthPort }: Pick<Config, 'host' | 'port' | 'healthPort'>): string {
  const everyAddress: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' }
  const reached = everyAddress[host] ?? host
  return `http://${reached.includes(':') ? `[${reached}]` : reached}:${(healthPort ?? port).toString()}`
}
