/**
 * The database answers but cannot be used as it is configured. The message is one sentence that says what to
 * change.
 */
export class DatabaseUnusable extends Error {
  override readonly name = 'DatabaseUnusable'
}

const certificateCodes = /^(CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|ERR_TLS_CERT|HOSTNAME_MISMATCH|CRL_)/
/** OpenSSL: the peers share no protocol, or a certificate file is not a certificate. */
const tlsCodes = /^(ERR_SSL_|ERR_OSSL_|EPROTO$)/

// https://www.postgresql.org/docs/current/errcodes-appendix.html
const sentences: Readonly<Record<string, (message: string) => string>> = {
  '28P01': (message) =>
    `The database refused the user name or the password (${message}): correct DATABASE_URL, or DB_USER and DB_PASSWORD.`,
  '28000': (message) =>
    `The database refused the connection (${message}): check the role, pg_hba.conf and whether TLS is required (sslmode).`,
  '3D000': (message) =>
    `The database does not exist (${message}): create it, or correct its name in DATABASE_URL or DB_NAME.`,
  '42501': (message) =>
    `The role may not use the database (${message}): grant CONNECT on the database to it.`,
  // The code that poolers send for an unknown user or database.
  '08P01': (message) =>
    `The server refused the connection (${message}): check the user, the password and the database name.`,
}

/**
 * What is wrong with the settings if connecting failed with this error, or `undefined` if waiting may help.
 */
export function explainRefusal(error: unknown): DatabaseUnusable | undefined {
  if (!(error instanceof Error)) return undefined
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  const sentence = sentences[code]?.(error.message) ?? explainTls(code, error.message) ?? explainFile(error)
  if (sentence !== undefined) return new DatabaseUnusable(sentence, { cause: error })
  return error.cause === undefined ? undefined : explainRefusal(error.cause)
}

function explainTls(code: string, message: string): string | undefined {
  if (certificateCodes.test(code)) {
    return `The certificate of the database is not trusted (${code}): add sslrootcert with the certificate of its authority to DATABASE_URL.`
  }
  if (message.includes('does not support SSL')) {
    return 'The database does not support TLS: enable it on the server, or remove sslmode from DATABASE_URL.'
  }
  if (tlsCodes.test(code)) {
    return `TLS with the database failed (${code}): check sslmode, sslrootcert, sslcert and sslkey in DATABASE_URL.`
  }
  // The driver has no code for these.
  if (message.startsWith('SASL')) {
    return `The database asks for a password (${message}): set it in DATABASE_URL or DB_PASSWORD.`
  }
  return undefined
}

/**
 * A socket that is missing fails to connect, and may appear later. A file that cannot be read is named in the
 * settings.
 */
function explainFile(error: NodeJS.ErrnoException): string | undefined {
  const isUnreadable = error.syscall === 'open' || error.syscall === 'read'
  if (!isUnreadable || !/^E[A-Z]+: /.test(error.message)) return undefined
  return `A file of the TLS settings cannot be read (${error.message}): correct sslrootcert, sslcert and sslkey in DATABASE_URL.`
}
