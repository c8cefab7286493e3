import { readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { rotateLog, writeSettings, type Cluster, type ClusterTools } from './cluster.ts'
import { EmbeddedServerFailed } from './errors.ts'
import { findPostmaster, waitUntilGone, type Postmaster } from './postmaster.ts'
import { runAs } from './server-account.ts'

const launchTries = 5
const startSeconds = 60

// The port was taken since it was found free; the processes of a killed server are still ending.
const passingObstacles = /could not create any TCP\/IP sockets|shared memory block|lock file/

/** Starts the server; where another process is starting it at this moment, that one counts. */
export async function launch(
  cluster: Cluster,
  tools: ClusterTools,
  wanted: { readonly port: number | undefined; readonly settings: Readonly<Record<string, string>> },
): Promise<void> {
  await rotateLog(cluster)
  await writeSettings(cluster, tools.account, wanted.settings)
  for (let tries = launchTries; ; tries--) {
    const before = (await logOf(cluster)).length
    const port = wanted.port ?? (await freePort())
    try {
      await pgCtl(cluster, tools, [
        'start',
        '-w',
        `-t${startSeconds}`,
        '-l',
        cluster.log,
        '-o',
        serverOptions(port),
      ])
      return
    } catch (cause) {
      if (await findPostmaster(cluster.data)) return
      const log = (await logOf(cluster)).slice(before).trim()
      if (tries === 1 || !passingObstacles.test(log))
        throw new EmbeddedServerFailed(explain(cluster, log), { cause })
      await wait(200)
    }
  }
}

/** Fast shutdown: connections are cut, transactions rolled back, everything flushed. Harder where that does not help. */
export async function shutDown(cluster: Cluster, tools: ClusterTools): Promise<void> {
  const postmaster = await findPostmaster(cluster.data)
  if (!postmaster) return
  if (await endsBy('fast', 60, { postmaster, cluster, tools })) return
  if (await endsBy('immediate', 10, { postmaster, cluster, tools })) return
  await kill(postmaster)
}

/** For a server that does not answer any more, so that there is nothing to be polite about. */
export async function replace(cluster: Cluster, tools: ClusterTools): Promise<void> {
  const postmaster = await findPostmaster(cluster.data)
  if (!postmaster || (await endsBy('immediate', 2, { postmaster, cluster, tools }))) return
  await kill(postmaster)
}

async function endsBy(
  mode: 'fast' | 'immediate',
  seconds: number,
  { postmaster, cluster, tools }: { postmaster: Postmaster; cluster: Cluster; tools: ClusterTools },
): Promise<boolean> {
  // Not waited for by pg_ctl, which looks for any server on the folder, also for the next one.
  await pgCtl(cluster, tools, ['stop', '-W', '-m', mode]).catch(() => undefined)
  return waitUntilGone(postmaster.pid, seconds)
}

async function kill({ pid }: Postmaster): Promise<void> {
  // Its children notice and end too; the next start replays the log, as after a power cut.
  process.kill(pid, 'SIGKILL')
  if (!(await waitUntilGone(pid, 10)))
    throw new EmbeddedServerFailed(`The database process ${pid} cannot be ended`)
}

const pgCtl = (
  cluster: Cluster,
  { binaries, account }: ClusterTools,
  rest: readonly string[],
): Promise<string> => runAs(account, binaries.pgCtl, ['-D', cluster.data, ...rest])

/** On the command line, so that no setting in the cluster opens another address. */
const serverOptions = (port: number): string => `-p ${port} -c listen_addresses=127.0.0.1`

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  probe.close()
  await once(probe, 'close')
  return port
}

const logOf = (cluster: Cluster): Promise<string> => readFile(cluster.log, 'utf8').catch(() => '')

const explain = (cluster: Cluster, log: string): string =>
  `The embedded PostgreSQL in ${cluster.folder} does not start. Its log says: ${log.slice(-2000) || 'nothing'}`
