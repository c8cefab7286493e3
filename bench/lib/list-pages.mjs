import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { withClient } from './postgres.mjs'

export const pageSize = 50
/** More than the server remembers, so that each is read again when its turn comes. */
const pages = 500

/**
 * Files with the paths of the first and of the last pages of the newest-first list, as a client asks for them that goes through all
 * of it. A cursor is that of the first page, at another row.
 */
export async function listPages(databaseUrl, { folder, url, token }) {
  const places = await withClient(databaseUrl, async (client) => {
    const { rows: counts } = await client.query('select count(*)::int as count from audio')
    const skipped = multiples(pages).flatMap((rows) => [rows, counts[0].count - rows])
    return (await client.query(placesOf, [skipped])).rows
  })
  const first = `/v1/audio/?limit=${pageSize}`
  const [digest, section] = JSON.parse(Buffer.from((await page(url + first, token)).next_cursor, 'base64url'))
  const pathBehind = ({ id, created_at: createdAt }) =>
    `${first}&cursor=${Buffer.from(JSON.stringify([digest, section, createdAt.getTime(), id])).toString('base64url')}`
  const paths = places.map(pathBehind)
  const [nearest, farthest] = [paths.slice(0, pages), paths.slice(-pages)]
  await requireLastPage(url + farthest.at(-1), token)
  return { first: fileOf(folder, 'first', nearest), last: fileOf(folder, 'last', farthest) }
}

const multiples = (count) => Array.from({ length: count }, (_, index) => (index + 1) * pageSize)

/** The rows behind which these pages begin, in their order. */
const placesOf = `
  select id, created_at from (
    select id, created_at, row_number() over (order by created_at desc, id desc) as number from audio
  ) numbered where number = any($1::bigint[]) order by number`

function fileOf(folder, name, paths) {
  const file = path.join(folder, `${name}-pages.txt`)
  writeFileSync(file, `${paths.join('\n')}\n`)
  return file
}

async function page(url, token) {
  const reply = await fetch(url, { headers: { Authorization: `Bearer ${token}` } })
  if (!reply.ok) throw new Error(`${url} answered ${reply.status}`)
  return reply.json()
}

async function requireLastPage(url, token) {
  const { items, next_cursor: next } = await page(url, token)
  if (items.length !== pageSize || next !== null) throw new Error('This is not the last page, or no full one')
}
