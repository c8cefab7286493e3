import { createRequire } from 'node:module'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { atEnd } from './clean-up.mjs'

const adapter = path.resolve(import.meta.dirname, '../../packages/adapters-postgres')
const { Client } = createRequire(path.join(adapter, 'package.json'))('pg')

/** The PostgreSQL that the product embeds, with the product's settings, for all apps of the run. */
export async function startPostgres(folder) {
  const { startEmbeddedServer } = await import(pathToFileURL(path.join(adapter, 'dist/index.js')).href)
  const server = await startEmbeddedServer({ folder, log: () => undefined }).catch((cause) => {
    throw new Error(
      'No PostgreSQL could be started. Its programs come with npm; where they cannot run here: apt install postgresql',
      { cause },
    )
  })
  atEnd(() => server.stop())
  return {
    url: server.url,
    /** Makes a database and returns its URL. */
    async newDatabase(name) {
      await withClient(server.url, (client) => client.query(`create database ${name}`))
      return Object.assign(new URL(server.url), { pathname: `/${name}` }).href
    },
  }
}

export async function withClient(url, use) {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return await use(client)
  } finally {
    await client.end()
  }
}
