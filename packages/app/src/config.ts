import path from 'node:path'
import type { Quota } from '@audiohost/core'
import { z } from 'zod'
import { readDatabase, type DatabaseConfig } from './config-database.ts'
import { readDelivery, type DeliveryConfig } from './config-delivery.ts'
import { readMetrics, type MetricsConfig } from './config-metrics.ts'
import { readSecrets, type SecretsConfig } from './config-secrets.ts'
import { readStorage, storageDrivers, type StorageConfig } from './config-storage.ts'
import * as value from './config-values.ts'

export interface YandexConfig {
  readonly clientId: string
  readonly clientSecret: string
  readonly redirectUri: string
  readonly oauthUrl: string | undefined
  readonly profileUrl: string | undefined
}

export interface Config {
  readonly isProduction: boolean
  readonly host: string
  readonly port: number
  readonly publicUrl: URL
  readonly corsOrigins: readonly string[]
  readonly trustedProxies: readonly string[]
  readonly maxConnections: number
  readonly maxConnectionsPerAddress: number
  readonly dataFolder: string
  readonly database: DatabaseConfig
  readonly migrateOnStart: boolean
  readonly storage: StorageConfig
  readonly delivery: DeliveryConfig
  readonly maxUploadBytes: number
  /** Of tags that do not name their encoding; detected if there is none. */
  readonly tagCharset: string | undefined
  /** For users without limits of their own. */
  readonly defaultQuota: Quota
  /** After the last part of an upload that stopped. */
  readonly uploadExpirySeconds: number
  readonly rateLimits: 'on' | 'off'
  /** How long the audit log stores an event. */
  readonly auditRetentionSeconds: number
  readonly secrets: SecretsConfig
  readonly accessTokenTtlSeconds: number
  readonly sessionIdleSeconds: number
  readonly sessionMaxSeconds: number
  readonly yandex: YandexConfig | undefined
  readonly metrics: MetricsConfig | undefined
  /** Of a listener of its own for `/livez` and `/readyz`. */
  readonly healthPort: number | undefined
  readonly logLevel: string
  readonly shutdownGraceSeconds: number
  /** Things that are allowed and probably not meant. */
  readonly warnings: readonly string[]
}

/** Every variable that is wrong, together; the message has a line for each and never shows a value that may be secret. */
export class InvalidConfig extends Error {
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(`The configuration is not usable:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`)
    this.name = 'InvalidConfig'
    this.problems = problems
  }
}

const variables = z.object({
  NODE_ENV: z.string().optional(),
  PORT: value.port.default(8000),
  HOST: value.text.default('127.0.0.1'),
  PUBLIC_URL: value.publicUrl.optional(),
  CORS_ORIGINS: value.origins,
  TRUSTED_PROXIES: value.proxies,
  MAX_CONNECTIONS: value.integer(16, 1_000_000).default(4096),
  MAX_CONNECTIONS_PER_ADDRESS: value.integer(1, 1_000_000).optional(),
  DATA_DIR: value.text.default('./data'),
  DATABASE_URL: value.postgresUrl.optional(),
  DATABASE_POOL_SIZE: value.integer(2, 500).default(10),
  DB_NAME: value.text.optional(),
  DB_USER: value.text.optional(),
  DB_PASSWORD: z.string().optional(),
  DB_HOST: value.text.optional(),
  DB_PORT: value.port.optional(),
  MIGRATE_ON_START: value.onOff.default('on'),
  STORAGE_DRIVER: value.oneOf(storageDrivers).default('disk'),
  AUDIO_STORAGE_PATH: value.text.optional(),
  GCS_BUCKET: value.text.optional(),
  GCS_PREFIX: value.text.default('audio/'),
  GCS_PROJECT_ID: value.text.optional(),
  GCS_API_ENDPOINT: value.httpUrl.optional(),
  GOOGLE_APPLICATION_CREDENTIALS: value.text.optional(),
  S3_BUCKET: value.text.optional(),
  S3_PREFIX: value.text.default('audio/'),
  S3_REGION: value.text.optional(),
  S3_ENDPOINT: value.httpUrl.optional(),
  S3_FORCE_PATH_STYLE: value.onOff.optional(),
  S3_ACCESS_KEY_ID: value.text.optional(),
  S3_SECRET_ACCESS_KEY: value.text.optional(),
  CONTENT_DELIVERY: value.oneOf(['proxy', 'redirect', 'x-accel']).default('proxy'),
  CONTENT_LINK_SECONDS: value.integer(30, 12 * 3600).default(300),
  MAX_UPLOAD_BYTES: value.integer(1024, Number.MAX_SAFE_INTEGER).default(1024 ** 3),
  TAG_CHARSET: value.charset.default('auto'),
  UPLOAD_EXPIRY_HOURS: value.integer(1, 24 * 365).default(24),
  QUOTA_BYTES: value.integer(0, Number.MAX_SAFE_INTEGER).optional(),
  QUOTA_FILES: value.integer(0, Number.MAX_SAFE_INTEGER).optional(),
  RATE_LIMITS: value.onOff.default('on'),
  AUDIT_RETENTION_DAYS: value.integer(1, 36_500).default(365),
  INTERNAL_SECRET: z.string().optional(),
  INTERNAL_SECRET_PREVIOUS: value.list,
  INTERNAL_TOKEN_EXPIRE_HOURS: value.integer(1, 24 * 365).default(30 * 24),
  ACCESS_TOKEN_TTL_SECONDS: value.integer(30, 3600).default(300),
  SESSION_MAX_HOURS: value.integer(1, 24 * 3650).default(180 * 24),
  YANDEX_CLIENT_ID: value.text.optional(),
  YANDEX_CLIENT_SECRET: z.string().optional(),
  YANDEX_REDIRECT_URI: value.httpUrl.optional(),
  YANDEX_OAUTH_URL: value.httpUrl.optional(),
  YANDEX_PROFILE_URL: value.httpUrl.optional(),
  HEALTH_PORT: value.port.optional(),
  METRICS_PORT: value.port.optional(),
  METRICS_TOKEN: value.token.optional(),
  LOG_LEVEL: value.oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  SHUTDOWN_GRACE_SECONDS: value.integer(0, 3600).default(10),
})

export type Variables = z.infer<typeof variables>

/** Every name that audiohost reads, for telling a misspelt line in `.env`. */
export const variableNames: readonly string[] = Object.keys(variables.shape)

/** @throws InvalidConfig */
export function readConfig(environment: value.Environment): Config {
  const problems: string[] = []
  const config = assemble(readVariables(environment, problems), problems)
  if (problems.length > 0) throw new InvalidConfig(problems)
  return config
}

/** A bad variable becomes a problem and is left out, so that what depends on others can be checked all the same. */
function readVariables(environment: value.Environment, problems: string[]): Variables {
  // An empty line in `.env` means the same as no line.
  const given = variableNames.filter((name) => environment[name] !== undefined && environment[name] !== '')
  const parsed = variables.safeParse(Object.fromEntries(given.map((name) => [name, environment[name]])))
  if (parsed.success) return parsed.data
  const bad = new Set(parsed.error.issues.map(({ path: [name] }) => String(name)))
  problems.push(...parsed.error.issues.map(({ path: [name], message }) => `${String(name)} ${message}`))
  return variables.parse(
    Object.fromEntries(given.filter((name) => !bad.has(name)).map((name) => [name, environment[name]])),
  )
}

function assemble(vars: Variables, problems: string[]): Config {
  const isProduction = vars.NODE_ENV === 'production'
  const database = readDatabase(vars, problems)
  problems.push(...sharedPorts(vars))
  return {
    isProduction,
    host: vars.HOST,
    port: vars.PORT,
    publicUrl: vars.PUBLIC_URL ?? new URL(`http://localhost:${vars.PORT}`),
    corsOrigins: vars.CORS_ORIGINS,
    trustedProxies: vars.TRUSTED_PROXIES,
    maxConnections: vars.MAX_CONNECTIONS,
    maxConnectionsPerAddress: readMaxConnectionsPerAddress(vars, problems),
    dataFolder: path.resolve(vars.DATA_DIR),
    database,
    migrateOnStart: vars.MIGRATE_ON_START === 'on',
    storage: readStorage(vars, problems),
    delivery: readDelivery(vars, problems),
    maxUploadBytes: vars.MAX_UPLOAD_BYTES,
    tagCharset: vars.TAG_CHARSET === 'auto' ? undefined : vars.TAG_CHARSET,
    defaultQuota: { bytes: vars.QUOTA_BYTES, files: vars.QUOTA_FILES },
    uploadExpirySeconds: vars.UPLOAD_EXPIRY_HOURS * 3600,
    rateLimits: vars.RATE_LIMITS,
    auditRetentionSeconds: vars.AUDIT_RETENTION_DAYS * 24 * 3600,
    secrets: readSecrets(vars, { mayGenerate: database.kind === 'embedded' && !isProduction }, problems),
    accessTokenTtlSeconds: vars.ACCESS_TOKEN_TTL_SECONDS,
    sessionIdleSeconds: vars.INTERNAL_TOKEN_EXPIRE_HOURS * 3600,
    sessionMaxSeconds: Math.max(vars.SESSION_MAX_HOURS, vars.INTERNAL_TOKEN_EXPIRE_HOURS) * 3600,
    yandex: readYandex(vars, problems),
    metrics: readMetrics(vars),
    healthPort: vars.HEALTH_PORT,
    logLevel: vars.LOG_LEVEL,
    shutdownGraceSeconds: vars.SHUTDOWN_GRACE_SECONDS,
    warnings: warningsFor(vars),
  }
}

/** The URL without a slash at its end. */
export const addressOf = (url: URL): string => url.href.replace(/\/$/, '')

function readMaxConnectionsPerAddress(vars: Variables, problems: string[]): number {
  const { MAX_CONNECTIONS: all, MAX_CONNECTIONS_PER_ADDRESS: perAddress } = vars
  if (perAddress !== undefined && perAddress > all) {
    problems.push(`MAX_CONNECTIONS_PER_ADDRESS must not be greater than MAX_CONNECTIONS (${all})`)
  }
  return perAddress ?? Math.ceil(all / 4)
}

/** 0 is a free port each time. */
function sharedPorts({ PORT, METRICS_PORT, HEALTH_PORT }: Variables): string[] {
  const problems: string[] = []
  if (METRICS_PORT && METRICS_PORT === PORT) problems.push('METRICS_PORT must not be the same as PORT')
  if (HEALTH_PORT && HEALTH_PORT === PORT) problems.push('HEALTH_PORT must not be the same as PORT')
  if (HEALTH_PORT && HEALTH_PORT === METRICS_PORT) {
    problems.push('HEALTH_PORT must not be the same as METRICS_PORT')
  }
  return problems
}

function readYandex(vars: Variables, problems: string[]): YandexConfig | undefined {
  const {
    YANDEX_CLIENT_ID: clientId,
    YANDEX_CLIENT_SECRET: clientSecret,
    YANDEX_REDIRECT_URI: redirectUri,
  } = vars
  if (clientId === undefined && clientSecret === undefined) return undefined
  if (clientId === undefined || clientSecret === undefined || redirectUri === undefined) {
    problems.push('YANDEX_CLIENT_ID, YANDEX_CLIENT_SECRET and YANDEX_REDIRECT_URI are needed together')
    return undefined
  }
  return {
    clientId,
    clientSecret,
    redirectUri: redirectUri.href,
    oauthUrl: vars.YANDEX_OAUTH_URL && addressOf(vars.YANDEX_OAUTH_URL),
    profileUrl: vars.YANDEX_PROFILE_URL?.href,
  }
}

function warningsFor(vars: Variables): string[] {
  const warnings: string[] = []
  if (vars.NODE_ENV === 'production' && vars.PUBLIC_URL === undefined) {
    warnings.push('PUBLIC_URL is not set: links and cookies are made for http://localhost')
  }
  if (vars.PUBLIC_URL?.protocol === 'http:' && !value.isLoopback(vars.PUBLIC_URL.hostname)) {
    warnings.push('PUBLIC_URL is plain http on a public host: browsers will not keep the sign-in cookies')
  }
  const callback = vars.YANDEX_REDIRECT_URI?.href
  const ownCallback = vars.PUBLIC_URL && `${addressOf(vars.PUBLIC_URL)}/v1/auth/yandex/callback`
  if (callback !== undefined && ownCallback !== undefined && callback !== ownCallback) {
    warnings.push(`YANDEX_REDIRECT_URI does not lead here: by PUBLIC_URL it should be ${ownCallback}`)
  }
  if (vars.RATE_LIMITS === 'off') warnings.push('RATE_LIMITS is off: passwords can be guessed without limit')
  if (vars.STORAGE_DRIVER === 'memory')
    warnings.push('STORAGE_DRIVER is memory: all audio is lost at the next stop')
  return warnings
}
