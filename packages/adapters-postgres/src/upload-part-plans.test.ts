import { newAudioId, type AudioId } from '@audiohost/core'
import { aUser } from '@audiohost/core/testing'
import { expect } from 'chai'
import { postgresRepositories } from './postgres-repositories.ts'
import { openPartsQuery } from './postgres-upload-part-inventory.ts'
import { aDatabase, type TestDatabase } from './testing/index.ts'

interface PlanNode {
  readonly 'Actual Rows': number
  readonly 'Actual Loops': number
  readonly 'Rows Removed by Filter'?: number
  readonly Plans?: readonly PlanNode[]
}

interface Explained {
  readonly rows: readonly { readonly 'QUERY PLAN': readonly { readonly Plan: PlanNode }[] }[]
}

const uploadId = (number: number): AudioId =>
  newAudioId({ next: () => `01980000-0000-7000-8000-${number.toString(16).padStart(12, '0')}` })

/** Every tenth is expired and waits for the sweep. */
const fill = `
  insert into audio (id, status, owner_id, created_at)
    select ('01980000-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid, 'pending', :owner::uuid, now()
      from generate_series(1, 4000) i;
  insert into uploads (id, audio_id, owner_id, metadata, expected_sha256, created_at, expires_at)
    select id, id, owner_id, '{}', '{}', now(), now() + case when abs(hashtext(id::text)) % 10 = 0 then -1 else 1 end * interval '1 hour'
      from audio;
  insert into upload_parts (id, upload_id, offset_bytes, size_bytes, sha256)
    select gen_random_uuid(), id, part * 100, 100, '' from uploads, generate_series(0, 4) part;
  analyze uploads;
  analyze upload_parts;`

describe('a page of the parts of open uploads', () => {
  let test: TestDatabase

  before(async () => {
    test = await aDatabase()
    const owner = aUser()
    await postgresRepositories(test.database).users.insert(owner, undefined)
    await test.database.run((knex) => knex.raw(fill.replace(':owner', `'${owner.id}'`)))
  })
  after(() => test.drop())

  for (const [place, number] of [
    ['at the beginning', 0],
    ['in the middle', 2000],
    ['near the end', 3950],
  ] as const) {
    it(`looks at little more than its own rows: ${place} of 20,000`, async () => {
      const { rows } = await test.database.run((knex): PromiseLike<Explained> => {
        const after = { uploadId: uploadId(number), offsetBytes: 100 }
        const { sql, bindings } = openPartsQuery(knex, { after, limit: 100, now: new Date() }).toSQL()
        return knex.raw(`explain (analyze, format json) ${sql}`, bindings as never)
      })
      const [plan] = rows[0]?.['QUERY PLAN'] ?? []
      expect(plan && mostRows(plan.Plan)).to.be.within(100, 500)
    })
  }
})

/** Of the step that looks at most of them. */
const mostRows = (node: PlanNode): number =>
  Math.max(
    (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops'],
    ...(node.Plans ?? []).map(mostRows),
  )
