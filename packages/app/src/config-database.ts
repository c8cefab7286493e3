import type { DatabaseAddress } from '@audiohost/adapters-postgres'
import type { Variables } from './config.ts'

export type DatabaseConfig = { readonly poolSize: number } & (
  { readonly kind: 'embedded' } | { readonly kind: 'external'; readonly address: string | DatabaseAddress }
)

const originNames = ['DB_NAME', 'DB_USER', 'DB_PASSWORD', 'DB_HOST', 'DB_PORT'] as const

/** `DATABASE_URL`, else the origin's `DB_*`, else the embedded server. */
export function readDatabase(vars: Variables, problems: string[]): DatabaseConfig {
  const poolSize = vars.DATABASE_POOL_SIZE
  if (vars.DATABASE_URL) return { kind: 'external', address: vars.DATABASE_URL.href, poolSize }
  if (originNames.every((name) => vars[name] === undefined)) return { kind: 'embedded', poolSize }

  const { DB_NAME, DB_USER, DB_PASSWORD = '', DB_HOST = 'localhost', DB_PORT = 5432 } = vars
  if (DB_NAME === undefined || DB_USER === undefined) {
    problems.push('DB_NAME and DB_USER are needed where any of the DB_ variables is set')
    return { kind: 'embedded', poolSize }
  }
  const address = {
    // An IPv6 address may come with the brackets of a URL.
    host: DB_HOST.replace(/^\[(.*)\]$/, '$1'),
    port: DB_PORT,
    user: DB_USER,
    password: DB_PASSWORD,
    database: DB_NAME,
  }
  return { kind: 'external', address, poolSize }
}
