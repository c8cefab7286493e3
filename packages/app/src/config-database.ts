import type { Variables } from './config.ts'

export type DatabaseConfig = { readonly poolSize: number } & (
  { readonly kind: 'embedded' } | { readonly kind: 'external'; readonly url: string }
)

const originNames = ['DB_NAME', 'DB_USER', 'DB_PASSWORD', 'DB_HOST', 'DB_PORT'] as const

/** `DATABASE_URL`, else the origin's `DB_*`, else the embedded server. */
export function readDatabase(vars: Variables, problems: string[]): DatabaseConfig {
  const poolSize = vars.DATABASE_POOL_SIZE
  if (vars.DATABASE_URL) return { kind: 'external', url: vars.DATABASE_URL.href, poolSize }
  if (originNames.every((name) => vars[name] === undefined)) return { kind: 'embedded', poolSize }

  const { DB_NAME, DB_USER, DB_PASSWORD = '', DB_HOST = 'localhost', DB_PORT = 5432 } = vars
  if (DB_NAME === undefined || DB_USER === undefined) {
    problems.push('DB_NAME and DB_USER are needed where any of the DB_ variables is set')
    return { kind: 'embedded', poolSize }
  }
  const [user, password, name] = [DB_USER, DB_PASSWORD, DB_NAME].map(encodeURIComponent)
  return { kind: 'external', url: `postgres://${user}:${password}@${DB_HOST}:${DB_PORT}/${name}`, poolSize }
}
