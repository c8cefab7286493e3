import { execFile } from 'node:child_process'
import { readFile, readlink, realpath, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { promisify } from 'node:util'

/** The process that runs a cluster, as its `postmaster.pid` tells it. */
export interface Postmaster {
  readonly pid: number
  readonly port: number
}

/** The living postmaster of this data folder. A file that names no such process is stale, and no obstacle any more. */
export async function findPostmaster(data: string): Promise<Postmaster | undefined> {
  const path = join(data, 'postmaster.pid')
  const text = await readIfThere(path)
  if (text === undefined) return undefined
  // Manual, 66.1: the lines are process id, data folder, start time, port, ...
  const [pid = 0, , , port = 0] = text.split('\n').map(Number)
  if (!Number.isInteger(pid) || pid <= 0 || !hasProcess(pid)) return undefined
  if ((await isAlive(pid)) && (await isPostmasterOf(data, pid))) return { pid, port }
  // After a reboot another program may have got the number, and in a container the dead may keep theirs:
  // the server would refuse to start.
  if ((await readIfThere(path)) === text) await rm(path, { force: true })
  return undefined
}

const readIfThere = (path: string): Promise<string | undefined> =>
  readFile(path, 'utf8').catch(() => undefined)

export async function waitUntilGone(pid: number, seconds: number): Promise<boolean> {
  for (let tries = seconds * 20; tries > 0; tries--) {
    if (!(await isAlive(pid))) return true
    await wait(50)
  }
  return false
}

async function isPostmasterOf(data: string, pid: number): Promise<boolean> {
  if (process.platform === 'win32')
    return (await outputOf('tasklist', ['/FI', `PID eq ${pid}`])).includes('postgres')
  // A postmaster works inside its data folder.
  const cwd = await readlink(`/proc/${pid}/cwd`).catch(() => undefined)
  if (cwd !== undefined) return cwd === (await realpath(data))
  return (await commandOf(pid)).includes(data)
}

/** Whether the process runs. Where nobody buries the dead, as in a container whose first process is ours, they stay listed. */
export async function isAlive(pid: number): Promise<boolean> {
  if (!hasProcess(pid)) return false
  const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  return !/^\d+ \(.*\) Z/s.test(status)
}

function hasProcess(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

const commandOf = (pid: number): Promise<string> =>
  readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() =>
    outputOf('ps', ['-o', 'command=', '-p', pid.toString()]),
  )

const outputOf = (program: string, programArguments: readonly string[]): Promise<string> =>
  promisify(execFile)(program, programArguments).then(
    ({ stdout }) => stdout,
    () => '',
  )
