import type { Logger } from 'pino'
import { describeError } from './describe-error.ts'
import type { HealthCheck } from './http-app-options.ts'

const timeoutMs = 3000

/** The names of the parts that do not work now. Why goes to the log only. */
export async function failingParts(checks: readonly HealthCheck[], log: Logger): Promise<readonly string[]> {
  const failing = await Promise.all(
    checks.map(async (part) => {
      const fault = await faultOf(part)
      if (fault === undefined) return []
      log.warn({ part: part.name, error: describeError(fault) }, 'not ready')
      return [part.name]
    }),
  )
  return failing.flat()
}

/** A part that does not answer does not work: whoever asks gets an answer in any case. */
async function faultOf(part: HealthCheck): Promise<Error | undefined> {
  let timer: NodeJS.Timeout | undefined
  const patience = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`No answer within ${timeoutMs} ms`))
    }, timeoutMs)
  })
  try {
    await Promise.race([part.check(), patience])
    return undefined
  } catch (error) {
    return error instanceof Error ? error : new Error('The check threw something that is no Error')
  } finally {
    clearTimeout(timer)
  }
}
