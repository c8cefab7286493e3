import type { Page, PageRequest } from '@audiohost/core'
import { z } from 'zod'
import { publicPath, type Site } from '../credentials/site.ts'
import { readCursor, writeCursor } from '../cursor.ts'
import { JsonText } from '../json-text.ts'

const maxLimit = 100
const defaultLimit = 50

export const limit = z
  .string()
  .regex(/^\d{1,9}$/, 'must be a whole number')
  .transform(Number)
  .pipe(z.int().min(1).max(maxLimit))
  .optional()
  .meta({ override: { type: 'integer', minimum: 1, maximum: maxLimit, default: defaultLimit } })

const cursorPattern = '^[A-Za-z0-9_-]{1,4000}$'

export const cursor = z
  .string()
  .refine((text) => new RegExp(cursorPattern).test(text), {
    message: 'cursor must be the next_cursor of an earlier page of the same list',
    params: { code: 'invalid_cursor', isOfDomain: true },
  })
  .optional()
  .meta({
    pattern: cursorPattern,
    description: 'Where to go on: `next_cursor` of the page before, as it was given',
  })

/** Goes into a search of the database, which knows no NUL. */
export const search = z
  .string()
  .max(200)
  .refine((text) => text.isWellFormed() && !/\p{Cc}/u.test(text), 'must not contain control characters')
  .optional()
  .meta({ pattern: String.raw`^[^\u0000-\u001f\u007f-\u009f]*$` })

export const pageSchema = <Item extends z.ZodType>(item: Item) =>
  z.object({
    items: z.array(item),
    next_cursor: z.string().nullable().meta({ description: 'Null on the last page' }),
  })

interface PageQuery {
  readonly limit?: number | undefined
  readonly cursor?: string | undefined
}

export const readPage = (query: PageQuery): PageRequest => readPageBy(query, readCursor)

/** The same for lists with cursors of their own. */
export const readPageBy = <Place>(
  { limit = defaultLimit, cursor }: PageQuery,
  read: (cursor: string) => Place,
): PageRequest<Place> => ({ limit, after: cursor === undefined ? undefined : read(cursor) })

/** Empty text searches for nothing, as a form that was left blank does. */
export const readSearch = (text: string | undefined): string | undefined =>
  text?.trim() === '' ? undefined : text

export const linkHeader = { Link: 'The next page (`rel="next"`), where there is one' }

type Query = Readonly<Record<string, string | number | undefined>>

/** The location of a list. */
interface List {
  readonly site: Pick<Site, 'publicUrl'>
  readonly path: string
}

interface ShownPage<Entity, Item> {
  readonly page: Page<Entity>
  readonly show: (entity: Entity) => Item
}

/** A page as it is sent, with its `Link` (RFC 8288) to the next one under the same query. */
export const pageReply = <Entity, Item>(
  list: List,
  query: Query,
  { page, show }: ShownPage<Entity, Item>,
) => {
  const next = page.next && writeCursor(page.next)
  const body = { items: page.items.map(show), next_cursor: next ?? null }
  return { status: 200, body, headers: linkTo(list, query, next) } as const
}

export interface WrittenPage<Item> {
  readonly body: JsonText<{ items: Item[]; next_cursor: string | null }>
  readonly next: string | undefined
}

/** Of items that have been written already, with the cursor of the page that follows. */
export function writePage<Item>({
  items,
  next,
}: {
  readonly items: readonly JsonText<Item>[]
  readonly next: string | undefined
}): WrittenPage<Item> {
  const written = items.map(({ text }) => text).join(',')
  return { body: new JsonText(`{"items":[${written}],"next_cursor":${JSON.stringify(next ?? null)}}`), next }
}

/** The same of a page that has been written already, for lists with cursors of their own. */
export const writtenPageReply = <Item>(list: List, query: Query, { body, next }: WrittenPage<Item>) =>
  ({ status: 200, body, headers: linkTo(list, query, next) }) as const

function linkTo(
  { site, path }: List,
  query: Query,
  cursor: string | undefined,
): Readonly<Record<string, string>> {
  if (cursor === undefined) return {}
  const parameters = new URLSearchParams()
  const wanted: Query = { ...query, cursor }
  for (const [name, value] of Object.entries(wanted)) {
    if (value !== undefined) parameters.set(name, value.toString())
  }
  return { Link: `<${publicPath(site, path)}?${parameters.toString()}>; rel="next"` }
}
