import type { Logger } from 'pino'
import { describeError } from './describe-error.ts'
import type { HealthCheck, HttpAppOptions } from './http-app-options.ts'

/** Parts by name. */
export interface Health {
  /** What does not work now. */
  readonly failing: readonly string[]
  /** What does a part of its work: enough to go on sending requests here. */
  readonly degraded: readonly string[]
}

const timeoutMs = 3000

/** Reads the health of all parts; a process that is stopping reports `draining`. */
export function healthReader({
  healthChecks,
  isDraining,
  log,
}: Pick<HttpAppOptions, 'healthChecks' | 'isDraining' | 'log'>): () => Promise<Health> {
  return async () => {
    const health = await checkHealth(healthChecks, log)
    return isDraining?.() ? { ...health, failing: ['draining', ...health.failing] } : health
  }
}

/** Why a part fails goes to the log only. */
export async function checkHealth(checks: readonly HealthCheck[], log: Logger): Promise<Health> {
  const parts = await Promise.all(
    checks.map(async (part) => ({ name: part.name, state: await stateOf(part, log) })),
  )
  const namesOf = (wanted: string): string[] =>
    parts.flatMap(({ name, state }) => (state === wanted ? [name] : []))
  return { failing: namesOf('failing'), degraded: namesOf('degraded') }
}

/** A part that does not answer does not work: whoever asks gets an answer in any case. */
async function stateOf(part: HealthCheck, log: Logger): Promise<'ok' | 'degraded' | 'failing'> {
  let timer: NodeJS.Timeout | undefined
  const patience = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`No answer within ${timeoutMs} ms`))
    }, timeoutMs)
  })
  try {
    return await Promise.race([part.check(), patience])
  } catch (error) {
    const fault = error instanceof Error ? error : new Error('The check threw something that is no Error')
    log.warn({ part: part.name, error: describeError(fault) }, 'not ready')
    return 'failing'
  } finally {
    clearTimeout(timer)
  }
}
