import { readConfig, type Config } from '../config.ts'
import type { Environment } from '../config-values.ts'
import { UsageError } from './command.ts'

/** The variable that a place behind the driver's name stands for. */
const places: ReadonlyMap<string, string> = new Map([
  ['disk', 'AUDIO_STORAGE_PATH'],
  ['gcs', 'GCS_BUCKET'],
  ['s3', 'S3_BUCKET'],
])

/**
 * The configuration with another content store: `s3` is that of the usual variables, `s3:BUCKET`, `gcs:BUCKET` or `disk:FOLDER`
 * another of the same kind.
 * @throws InvalidConfig
 */
export function configWithStore(store: string, environment: Environment): Config {
  const [driver = '', ...rest] = store.split(':')
  const variable = places.get(driver)
  if (variable === undefined) {
    throw new UsageError(
      `there is no store ${JSON.stringify(store)}: disk, gcs or s3, with :FOLDER or :BUCKET where it is another`,
    )
  }
  const place = rest.join(':')
  return readConfig({ ...environment, STORAGE_DRIVER: driver, ...(place !== '' && { [variable]: place }) })
}
