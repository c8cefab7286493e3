import path from 'node:path'
import type { Variables } from './config.ts'

export const storageDrivers = ['disk', 'gcs', 's3', 'memory'] as const

export interface GcsConfig {
  readonly driver: 'gcs'
  readonly bucket: string
  readonly prefix: string
  readonly projectId: string | undefined
  readonly apiEndpoint: string | undefined
  readonly credentialsFile: string | undefined
}

export interface S3Config {
  readonly driver: 's3'
  readonly bucket: string
  readonly prefix: string
  readonly region: string | undefined
  readonly endpoint: string | undefined
  readonly forcePathStyle: boolean | undefined
  /** `undefined`: those that Amazon's tools would find. */
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string } | undefined
  readonly partBytes: number
}

export type StorageConfig =
  { readonly driver: 'disk'; readonly folder: string } | { readonly driver: 'memory' } | GcsConfig | S3Config

/** What `STORAGE_DRIVER` names, and what it needs. */
export function readStorage(vars: Variables, problems: string[]): StorageConfig {
  switch (vars.STORAGE_DRIVER) {
    case 'memory':
      return { driver: 'memory' }
    case 'disk':
      return {
        driver: 'disk',
        folder: path.resolve(vars.AUDIO_STORAGE_PATH ?? path.join(vars.DATA_DIR, 'audio')),
      }
    case 'gcs':
      return readGcs(vars, problems)
    case 's3':
      return readS3(vars, problems)
  }
}

function readGcs(vars: Variables, problems: string[]): GcsConfig {
  if (vars.GCS_BUCKET === undefined) problems.push('GCS_BUCKET is needed where STORAGE_DRIVER is gcs')
  return {
    driver: 'gcs',
    bucket: vars.GCS_BUCKET ?? '',
    prefix: vars.GCS_PREFIX,
    projectId: vars.GCS_PROJECT_ID,
    apiEndpoint: vars.GCS_API_ENDPOINT?.origin,
    credentialsFile: vars.GOOGLE_APPLICATION_CREDENTIALS,
  }
}

function readS3(vars: Variables, problems: string[]): S3Config {
  const { S3_ACCESS_KEY_ID: accessKeyId, S3_SECRET_ACCESS_KEY: secretAccessKey } = vars
  if (vars.S3_BUCKET === undefined) problems.push('S3_BUCKET is needed where STORAGE_DRIVER is s3')
  if ((accessKeyId === undefined) !== (secretAccessKey === undefined)) {
    problems.push('S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY are needed together, or neither')
  }
  return {
    driver: 's3',
    bucket: vars.S3_BUCKET ?? '',
    prefix: vars.S3_PREFIX,
    region: vars.S3_REGION,
    endpoint: vars.S3_ENDPOINT?.href.replace(/\/$/, ''),
    forcePathStyle: vars.S3_FORCE_PATH_STYLE === undefined ? undefined : vars.S3_FORCE_PATH_STYLE === 'on',
    credentials:
      accessKeyId !== undefined && secretAccessKey !== undefined
        ? { accessKeyId, secretAccessKey }
        : undefined,
    partBytes: partBytesFor(vars.MAX_UPLOAD_BYTES),
  }
}

/** S3 takes at most 10,000 parts, and each upload holds one of them in memory. */
function partBytesFor(maxUploadBytes: number): number {
  const mebibyte = 1024 ** 2
  return Math.max(8, Math.ceil(maxUploadBytes / 10_000 / mebibyte)) * mebibyte
}
