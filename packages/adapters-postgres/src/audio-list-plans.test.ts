import { parseSearch, type AudioFilter, type AudioPlace } from '@audiohost/core'
import { aUser } from '@audiohost/core/testing'
import { expect } from 'chai'
import type { Knex } from 'knex'
import pg from 'pg'
import type { Database } from './database.ts'
import { listAudio } from './postgres-audio-list.ts'
import { postgresRepositories } from './postgres-repositories.ts'
import { runStatement } from './prepared-statement.ts'
import { RememberedAudio } from './remembered-audio.ts'
import { aDatabase, type TestDatabase } from './testing/index.ts'

const rowCount = 20_000
const stride = 500

interface PlanNode {
  readonly 'Node Type': string
  readonly 'Index Name'?: string
  readonly 'Relation Name'?: string
  readonly 'Actual Rows': number
  readonly 'Actual Loops': number
  readonly 'Rows Removed by Filter'?: number
  readonly Plans?: readonly PlanNode[]
}

/** Asks for the plan of one statement. */
type SeenStatement = () => Promise<readonly Planned[]>

interface Planned {
  readonly 'QUERY PLAN': readonly { readonly Plan: PlanNode }[]
}

/** One row in ten is a flac, one in a hundred has no duration; every title holds "common", one in 4,000 "rare". */
const fill = `
  insert into audio (id, status, owner_id, title, title_key, description, file_name, size_bytes, sha256, content_type,
      duration_seconds, tags, has_cover, created_at, updated_at)
    select ('01980000-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid, 'ready', :owner::uuid, title, title, '', i || '.mp3',
        abs(hashint8(i)), repeat('0', 64), case when i % 10 = 0 then 'audio/flac' else 'audio/mpeg' end,
        case when i % 100 > 0 then abs(hashint8(-i)) end, '{}', false, created, created
      from generate_series(1, :rows::bigint) i,
        lateral (select md5(i::text) || ' common' || case when i % 4000 = 0 then ' rare' else '' end as title,
          timestamptz '2026-01-01' + i * interval '1 second' as created) made`

/** So many that the plan for all owners expects few rows of each. */
const fillOthers = `
  with others as (
    insert into users (id, name, surname, is_admin, is_active, created_at, updated_at)
      select ('01970000-0000-7000-9000-' || lpad(to_hex(i), 12, '0'))::uuid, 'An', 'Other', false, true, now(), now()
        from generate_series(1, 2000) i
      returning id
  )
  insert into audio (id, status, owner_id, title, title_key, description, file_name, size_bytes, sha256, content_type, tags,
      has_cover, created_at, updated_at)
    select overlay(id::text placing '01990000' from 1)::uuid, 'ready', id, '', '', '', '', 1, repeat('0', 64), 'audio/flac', '{}',
        false, '2026-01-01', '2026-01-01' from others`

describe('the plans of lists', function () {
  this.timeout(120_000)
  const owner = aUser()
  let test: TestDatabase

  before(async () => {
    test = await aDatabase()
    await postgresRepositories(test.database).users.insert(owner, undefined)
    await test.database.maintain(async (transaction) => {
      await transaction.raw(fill, { owner: owner.id, rows: rowCount })
      await transaction.raw(fillOthers)
    })
    await test.database.run((knex) => knex.raw('vacuum analyze audio'))
  })
  after(() => test.drop())

  /** A page, and the plan of every statement that it took. */
  async function planned(filter: AudioFilter, after?: AudioPlace) {
    const seen: SeenStatement[] = []
    const source = {
      database: overheard(test.database, seen),
      remembered: new RememberedAudio(),
      isKnown: true,
    }
    const page = await listAudio(source, owner.id, { page: { limit: 50, after }, filter, stride })
    const plans = await Promise.all(seen.map(planOf))
    return { page, nodes: plans.flatMap(nodesOf) }
  }

  function expectFewRows(nodes: readonly PlanNode[]): void {
    for (const node of nodes) {
      expect(node['Node Type']).to.not.contain('Seq Scan')
      const touched = (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops']
      // Before version 16, numbering the rows reads one ahead.
      expect(touched, JSON.stringify({ ...node, Plans: undefined })).to.be.at.most(stride + 1)
    }
  }

  const indexOf = {
    created: 'audio_of_owner',
    title: 'audio_by_title',
    duration: 'audio_by_duration',
    size: 'audio_by_size',
  }
  const indexOfType = {
    created: 'audio_of_type',
    title: 'audio_of_type_by_title',
    duration: 'audio_of_type_by_duration',
    size: 'audio_of_type_by_size',
  }
  for (const by of ['created', 'title', 'duration', 'size'] as const) {
    for (const direction of ['ascending', 'descending'] as const) {
      for (const contentType of [undefined, 'audio/flac']) {
        it(`read a page by ${by}, ${direction}, ${contentType ?? 'of any type'}, along one index, first or last`, async () => {
          const filter = { order: { by, direction }, contentType } as const
          const index = (contentType === undefined ? indexOf : indexOfType)[by]
          const opposite = { by, direction: direction === 'ascending' ? 'descending' : 'ascending' } as const
          const fromTheEnd = await planned({ ...filter, order: opposite })
          // The list from its other end gives the place of the last page; that of unknown durations is in both at the end.
          const last = by === 'duration' ? amongTheUnknown(direction) : fromTheEnd.page.next
          for (const after of [undefined, last]) {
            const { page, nodes } = await planned(filter, after)
            expect(page.items.length).to.be.at.least(1)
            expectFewRows(nodes)
            expect(nodes.map((node) => node['Node Type'])).to.not.include.members(['Sort'])
            expect(new Set(nodes.flatMap((node) => node['Index Name'] ?? []))).to.deep.equal(new Set([index]))
          }
        })
      }
    }
  }

  const searches: readonly (readonly [string, number])[] = [
    ['common', 50],
    ['o', 50],
    ['rare', 5],
    ['re', 5],
    ['absent', 0],
    ['ž', 0],
    ['common rare', 5],
    ['common absent', 0],
    ['%', 0],
  ]
  for (const [text, count] of searches) {
    for (const by of ['relevance', 'created', 'size'] as const) {
      it(`look at few rows to find ${text} by ${by}`, async () => {
        const order = by === 'relevance' ? { by } : ({ by, direction: 'ascending' } as const)
        const { page, nodes } = await planned({ search: parseSearch(text), order })
        expect(page.items).to.have.lengthOf(count)
        expectFewRows(nodes)
      })
    }
  }

  it('find a short time in any order', async () => {
    const createdFrom = new Date('2026-01-01T01:00:00Z')
    const createdBefore = new Date('2026-01-01T01:00:40Z')
    for (const by of ['created', 'title', 'duration', 'size'] as const) {
      const { page, nodes } = await planned({
        createdFrom,
        createdBefore,
        order: { by, direction: 'ascending' },
      })
      expect(page.items).to.have.lengthOf(40)
      expectFewRows(nodes)
    }
  })
})

const amongTheUnknown = (direction: 'ascending' | 'descending'): AudioPlace => {
  const number = direction === 'ascending' ? rowCount - 2000 : 2000
  const id = `01980000-0000-7000-8000-${number.toString(16).padStart(12, '0')}`
  return { section: 1, key: null, id }
}

/** The same database, with every statement written down; of the prepared ones the plan that is made for all values. */
const overheard = (database: Database, seen: SeenStatement[]): Database => ({
  ...database,
  run: (statement) =>
    database.run((knex) => {
      const raw = (sql: string, values: readonly Knex.Value[]) => {
        seen.push(() => explained(database, sql, values))
        return knex.raw(sql, values)
      }
      return statement(Object.create(knex, { raw: { value: raw } }) as Knex)
    }),
  prepared: (statement, values) => {
    seen.push(() =>
      database.transaction(async (transaction) => {
        await transaction.raw('set local plan_cache_mode = force_generic_plan')
        // `explain` of the text itself would plan for these very values.
        await transaction.raw(`prepare explained as ${statement.text}`)
        const plan = { name: 'explain', text: `${explain} execute explained${listOf(values)}` }
        const rows = await runStatement<Planned>(transaction, {
          statement: plan,
          values: [],
          isPrepared: false,
        })
        await transaction.raw('deallocate explained')
        return rows
      }),
    )
    return database.prepared(statement, values)
  },
})

const listOf = (values: readonly unknown[]): string => {
  const literals = values.map((value) => (value instanceof Date ? value.toISOString() : String(value)))
  return `(${literals.map((literal) => pg.escapeLiteral(literal)).join(', ')})`
}

const explain = 'explain (analyze, format json)'

async function explained(
  database: Database,
  sql: string,
  values: readonly Knex.Value[],
): Promise<readonly Planned[]> {
  const { rows } = await database.run((knex): PromiseLike<{ rows: Planned[] }> =>
    knex.raw(`${explain} ${sql}`, values),
  )
  return rows
}

async function planOf(statement: SeenStatement): Promise<PlanNode> {
  const [row] = await statement()
  return row?.['QUERY PLAN'][0]?.Plan ?? expect.fail('no plan')
}

const nodesOf = (node: PlanNode): readonly PlanNode[] => [node, ...(node.Plans ?? []).flatMap(nodesOf)]
