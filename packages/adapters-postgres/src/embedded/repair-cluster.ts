import { chmod, chown, lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Cluster } from './cluster.ts'
import { EmbeddedServerFailed } from './errors.ts'
import type { ServerAccount } from './server-account.ts'

interface Owner {
  readonly uid: number
  readonly gid: number
}

const folderMode = 0o700
const fileMode = 0o600

/**
 * Restores the owner and the modes that PostgreSQL requires on the files of the cluster, which a plain copy
 * loses. Changes nothing if they are correct. Does not touch links.
 * @returns whether there was anything to repair
 * @throws EmbeddedServerFailed with the command to run if this process may not change them
 */
export async function repairCluster(cluster: Cluster, { ids }: ServerAccount): Promise<boolean> {
  const owner = ids ?? ownIds()
  if (!owner || !(await needsRepair(cluster, owner))) return false
  try {
    await repair(cluster.folder, owner)
    return true
  } catch (cause) {
    throw new EmbeddedServerFailed(
      `The database in ${cluster.folder} has the wrong owner or modes, as after a plain copy, and they cannot be changed. ` +
        `Run as root: chown -R ${owner.uid}:${owner.gid} '${cluster.folder}' && chmod -R u=rwX,go= '${cluster.folder}'`,
      { cause },
    )
  }
}

function ownIds(): Owner | undefined {
  const [uid, gid] = [process.getuid?.(), process.getgid?.()]
  return uid === undefined || gid === undefined ? undefined : { uid, gid }
}

/** Checks a sample: a copy changes all files alike. */
async function needsRepair({ folder, data, passwordFile }: Cluster, { uid }: Owner): Promise<boolean> {
  const sample = [folder, data, passwordFile, join(data, 'PG_VERSION'), join(data, 'global', 'pg_control')]
  for (const path of sample) {
    const facts = await lstat(path).catch(() => undefined)
    const wanted = facts?.isDirectory() ? folderMode : fileMode
    if (facts && (facts.uid !== uid || (facts.mode & 0o777) !== wanted)) return true
  }
  return false
}

/** A folder comes before its entries, which may be inaccessible until then. */
async function repair(path: string, owner: Owner): Promise<void> {
  const facts = await lstat(path)
  if (facts.isSymbolicLink()) return
  if (facts.uid !== owner.uid) await chown(path, owner.uid, owner.gid)
  const mode = facts.isDirectory() ? folderMode : fileMode
  if ((facts.mode & 0o777) !== mode) await chmod(path, mode)
  if (!facts.isDirectory()) return
  for (const name of await readdir(path)) await repair(join(path, name), owner)
}
