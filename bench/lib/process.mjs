import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { atEnd } from './clean-up.mjs'

const running = new Set()
atEnd(() => Promise.all([...running].map((child) => stop(child, 'SIGKILL'))))

/** Runs a command to its end and returns its standard output; throws with its standard error where it fails. */
export async function run(command, args, options = {}) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options })
  running.add(child)
  let output = ''
  let errors = ''
  child.stdout.on('data', (chunk) => (output += chunk))
  child.stderr.on('data', (chunk) => (errors += chunk))
  const [status] = await once(child, 'close')
  running.delete(child)
  if (status !== 0) throw new Error(`${command} ended with ${status}: ${errors.slice(-2000)}`)
  return output
}

/** Ends a process of ours and waits until it has gone. */
export async function stop(child, signal = 'SIGTERM') {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill(signal)
  await once(child, 'close')
}
