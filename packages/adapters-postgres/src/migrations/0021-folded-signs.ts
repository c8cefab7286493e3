import { searchText, titleKey, type AudioId } from '@audiohost/core'
import type { Knex } from 'knex'
import type { Migration } from './migration.ts'

/**
 * Folds titles and search texts again: quotes, dashes, some letters and kana are now the same, and stylized
 * words have plain forms. Changes only rows that fold differently. Audio that a node of an older release
 * still writes is folded as before until its texts change.
 */
export const foldedSigns: Migration = {
  name: '0021-folded-signs',
  up: (transaction) => foldAgain(transaction),
}

const batch = 5000

interface TextsRow {
  readonly id: AudioId
  readonly title: string
  readonly file_name: string
  readonly description: string
  readonly tags: Readonly<Record<string, string>>
  readonly title_key: string | null
  readonly search_text: string | null
}

async function foldAgain(transaction: Knex, after?: AudioId): Promise<void> {
  const { rows } = await transaction.raw<{ rows: TextsRow[] }>(
    `select id, title, file_name, description, tags, title_key, search_text from audio
       where status = 'ready' and (:after::uuid is null or id > :after) order by id limit :batch`,
    { after: after ?? null, batch },
  )
  const changed = rows.flatMap(({ file_name: fileName, tags, ...row }) => {
    const key = titleKey(row.title)
    const text = searchText({ ...row, fileName, media: { tags } })
    return key === row.title_key && text === row.search_text ? [] : [{ id: row.id, key, text }]
  })
  if (changed.length > 0) {
    await transaction.raw(
      `update audio set title_key = folded.key, search_text = folded.text
         from unnest(:ids::uuid[], :keys::text[], :texts::text[]) as folded (id, key, text) where audio.id = folded.id`,
      {
        ids: changed.map(({ id }) => id),
        keys: changed.map(({ key }) => key),
        texts: changed.map(({ text }) => text),
      },
    )
  }
  if (rows.length === batch) await foldAgain(transaction, rows.at(-1)?.id)
}
