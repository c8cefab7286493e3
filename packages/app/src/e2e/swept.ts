import path from 'node:path'
import { readdir } from 'node:fs/promises'
import { postgresRepositories } from '@audiohost/adapters-postgres'
import type { TestDatabase } from '@audiohost/adapters-postgres/testing'
import { DiskAudioContentStore } from '@audiohost/adapters-storage'
import { SweepLeftovers, type SweepReport } from '@audiohost/core'

interface Kept {
  readonly database: TestDatabase
  readonly folder: string
}

interface Swept {
  readonly report: SweepReport
  readonly incidents: readonly unknown[]
  /** Of the rows of audio, with their states. */
  readonly rows: readonly { readonly id: string; readonly status: string }[]
  /** Names of files by the ids that they begin with; whatever else lies in the folder but its marker comes as it is. */
  readonly files: readonly string[]
  /** How many parts any upload still has. */
  readonly parts: number
}

/** The sweep of two days later, when all uploads have expired, and what is there after it. */
export async function sweptAfterTwoDays({ database: { database }, folder }: Kept): Promise<Swept> {
  const incidents: unknown[] = []
  const sweep = new SweepLeftovers({
    ...postgresRepositories(database),
    contents: await DiskAudioContentStore.openExisting(folder),
    incidents: { report: (incident) => incidents.push(incident) },
    clock: { now: () => new Date(Date.now() + 49 * 3600 * 1000) },
    auditRetentionSeconds: 365 * 24 * 3600,
  })
  const report = await sweep.execute({ ageSeconds: 24 * 3600 })
  const rows = await database.run((knex) =>
    knex('audio').orderBy('id').select<{ id: string; status: string }[]>('id', 'status'),
  )
  const parts = await database.run((knex) => knex('upload_parts').pluck<string[]>('id'))
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const names = entries.filter((entry) => entry.isFile()).map(({ name }) => path.basename(name))
  return {
    report,
    incidents,
    rows,
    parts: parts.length,
    files: names.filter((name) => !name.startsWith('.')).sort(),
  }
}
