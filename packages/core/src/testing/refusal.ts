import { CoreError, InvalidInput, type AnyCoreError } from '../errors.ts'
import { errorOf } from './race.ts'

/** The refusal that the promise rejects with. @throws whatever else it rejects with, or Error where it does not */
export async function refusalOf(promise: Promise<unknown>): Promise<AnyCoreError> {
  const error = await errorOf(promise)
  if (error instanceof CoreError) return error as AnyCoreError
  throw error
}

/** The fields that were refused, as `/email: invalid_email`. */
export async function issuesOf(promise: Promise<unknown>): Promise<readonly string[]> {
  const refusal = await refusalOf(promise)
  if (refusal instanceof InvalidInput) return refusal.issues.map(({ path, code }) => `${path}: ${code}`)
  throw refusal
}
