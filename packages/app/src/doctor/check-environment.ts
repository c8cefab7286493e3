import { statfs } from 'node:fs/promises'
import { clockSkew, migrationStatus, type Database } from '@audiohost/adapters-postgres'
import { StorageFull, StorageUnavailable, type AudioContentStore } from '@audiohost/core'
import type { Config } from '../config.ts'
import { errorMessage } from '../error-message.ts'
import { counted, formatBytes } from '../quantities.ts'
import type { CheckOutcome } from './check-result.ts'

export async function checkSchema(database: Database): Promise<CheckOutcome> {
  const { applied, pending, unknown } = await migrationStatus(database)
  if (unknown.length > 0) {
    const summary = `the database belongs to a newer release, which knows ${unknown.join(', ')}`
    return { outcome: 'problem', found: unknown.length, summary }
  }
  if (pending.length === 0) return { summary: counted(applied.length, 'migration') }
  const summary = `lacks ${pending.join(', ')}: run audiohost migrate`
  return { outcome: 'problem', found: pending.length, summary }
}

/** Sessions and limits forgive a few seconds between the nodes, and no more. */
const maxSkewMs = 5000

export async function checkClock(database: Database): Promise<CheckOutcome> {
  const { skewMs, uncertaintyMs } = await clockSkew(database)
  const seconds = `${(Math.abs(skewMs) / 1000).toFixed(1)} s`
  const isOff = Math.abs(skewMs) - uncertaintyMs > maxSkewMs
  if (!isOff) return { summary: `within ${seconds} of the database` }
  const summary = `this machine is ${seconds} ${skewMs > 0 ? 'behind' : 'ahead of'} the database: synchronise both (NTP)`
  return { outcome: 'problem', found: 1, summary }
}

export async function checkStorage(contents: AudioContentStore): Promise<CheckOutcome> {
  try {
    await contents.check()
    return { summary: 'there, can be read and written' }
  } catch (error) {
    if (error instanceof StorageFull)
      return { outcome: 'problem', found: 1, summary: 'full: uploads are refused' }
    if (error instanceof StorageUnavailable && error.isReadOnly)
      return {
        outcome: 'problem',
        found: 1,
        summary: `read-only: uploads are refused\n${errorMessage(error)}`,
      }
    throw error
  }
}

const minFreeFiles = 1000

/** Room on the disks of this machine: for one upload of the allowed size, and for the database to go on. */
export async function checkSpace({
  dataFolder,
  storage,
  maxUploadBytes,
  database,
}: Config): Promise<CheckOutcome> {
  const folders = [
    ...(storage.driver === 'disk' ? [storage.folder] : []),
    ...(database.kind === 'external' ? [] : [dataFolder]),
  ]
  const found: string[] = []
  const free: string[] = []
  for (const folder of folders) {
    const { bavail, bsize, files, ffree } = await statfs(folder)
    free.push(`${formatBytes(bavail * bsize)} free in ${folder}`)
    if (bavail * bsize < maxUploadBytes) found.push(`less than one upload may have (MAX_UPLOAD_BYTES)`)
    // Some file systems count no files.
    if (files > 0 && ffree < minFreeFiles) found.push(`room for ${counted(ffree, 'file')} only`)
  }
  if (folders.length === 0) return { summary: 'nothing is kept on this machine' }
  const summary = [...free, ...found].join('\n')
  return { outcome: found.length > 0 ? 'problem' : 'ok', found: found.length, summary }
}
