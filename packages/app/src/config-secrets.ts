// Not from the index: that loads argon2 and jose before the database is even asked to start.
import { isWeakSecret } from '@audiohost/adapters-identity/weak-secret'
import type { Variables } from './config.ts'

export interface SecretsConfig {
  /** `undefined`: make one at the first start and keep it in the data folder. */
  readonly current: string | undefined
  /** Still verify what they signed, and sign nothing any more. */
  readonly previous: readonly string[]
}

const advice = 'make one with: openssl rand -base64 48'

export function readSecrets(
  vars: Variables,
  { mayGenerate }: { readonly mayGenerate: boolean },
  problems: string[],
): SecretsConfig {
  const { INTERNAL_SECRET: current, INTERNAL_SECRET_PREVIOUS: previous } = vars
  if (current === undefined && !mayGenerate) {
    problems.push(`INTERNAL_SECRET is needed in production and with an external database; ${advice}`)
  }
  if (current !== undefined && isWeakSecret(current)) {
    problems.push(`INTERNAL_SECRET must be at least 32 random bytes; ${advice}`)
  }
  if (previous.some(isWeakSecret)) {
    problems.push(
      'INTERNAL_SECRET_PREVIOUS must hold secrets of at least 32 random bytes, with commas between them',
    )
  }
  const elsewhere = [
    vars.DB_PASSWORD,
    vars.YANDEX_CLIENT_SECRET,
    vars.DATABASE_URL?.password,
    vars.S3_SECRET_ACCESS_KEY,
  ]
  if (current !== undefined && elsewhere.includes(current)) {
    problems.push(
      'INTERNAL_SECRET must not be used for anything else: it equals another secret of this configuration',
    )
  }
  return { current, previous }
}
