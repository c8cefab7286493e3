import type { DatabaseAddress } from '@audiohost/adapters-postgres'
import { addressOf, type Config } from './config.ts'

/** The configuration as JSON for people: secrets are said to be set, not shown. */
export function describeConfig({
  secrets,
  database,
  yandex,
  storage,
  publicUrl,
  metrics,
  tagCharset,
  healthPort,
  ...plain
}: Config): Record<string, unknown> {
  return {
    ...plain,
    tagCharset: tagCharset ?? 'auto',
    publicUrl: addressOf(publicUrl),
    database:
      database.kind === 'external' ? { ...database, address: withoutPassword(database.address) } : database,
    secrets: {
      current: secrets.current === undefined ? 'kept in the data folder' : 'set',
      previous: secrets.previous.length,
    },
    storage:
      storage.driver === 's3' && storage.credentials
        ? { ...storage, credentials: { ...storage.credentials, secretAccessKey: 'set' } }
        : storage,
    healthPort: healthPort ?? 'off',
    metrics: metrics ? { ...metrics, token: metrics.token && 'set' } : 'off',
    yandex: yandex ? { ...yandex, clientSecret: 'set' } : 'not configured',
  }
}

function withoutPassword(address: string | DatabaseAddress): string | DatabaseAddress {
  if (typeof address !== 'string') return { ...address, password: address.password === '' ? '' : '***' }
  const shown = new URL(address)
  if (shown.password !== '') shown.password = '***'
  // Drivers take a password from the query as well.
  if (shown.searchParams.has('password')) shown.searchParams.set('password', '***')
  return shown.href
}
