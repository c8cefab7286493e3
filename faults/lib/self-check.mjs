import { closeSync, openSync, readSync, writeSync } from 'node:fs'
import { randomUUID } from 'node:crypto'
import path from 'node:path'
import { withClient } from '../../bench/lib/postgres.mjs'
import { checkAcknowledged } from './check.mjs'

/** Does to a service what must never happen, and throws where the checker does not see each of them. */
export async function requireSharpEyes({ users, findings, app, postgres, random }) {
  const [user] = users
  const [lost, torn, doubled] = user.ledger.compare(await user.client.list())
  await withClient(postgres.url, async (client) => {
    await client.query('delete from audio where id = $1', [lost.id])
    const twin = randomUUID()
    await client.query(
      `insert into audio select (jsonb_populate_record(audio, jsonb_build_object('id', $2::text, 'made_for', null))).*
         from audio where id = $1`,
      [doubled.id, twin],
    )
  })
  changeOneBit(fileOf(app.audioFolder, torn.id))
  await checkAcknowledged(users, { readsEach: Infinity, random })
  const seen = Object.values(findings).map(({ length }) => length)
  if (seen.join() !== '1,1,1') throw new Error(`The checker is blind: it saw ${JSON.stringify(findings)}`)
}

const fileOf = (folder, id) => path.join(folder, id.slice(-2), id.slice(-4, -2), id)

function changeOneBit(file) {
  const handle = openSync(file, 'r+')
  const byte = Buffer.alloc(1)
  readSync(handle, byte, 0, 1, 1000)
  byte[0] ^= 1
  writeSync(handle, byte, 0, 1, 1000)
  closeSync(handle)
}
