import { createHash } from 'node:crypto'
import { addressBlock } from '../address-block.ts'
import { secondsAfter, type Clock } from '../clock.ts'
import type { IdGenerator } from '../ids.ts'
import type { RateLimit, RateLimiter } from '../rate-limiter.ts'
import type { CommittedRepositories, UnitOfWork } from '../unit-of-work.ts'
import { newAuditEventId, type AuditEvent, type NewAuditEvent } from './audit-event.ts'
import type { AuditLog } from './audit-log.ts'
import type { SecurityLog } from './security-log.ts'

export interface AuditTrailDependencies {
  readonly auditLog: Pick<AuditLog, 'append'>
  readonly unitOfWork: UnitOfWork
  readonly securityLog: SecurityLog
  readonly rateLimiter: Pick<RateLimiter, 'consume'>
  readonly clock: Clock
  readonly ids: IdGenerator
}

const hour = 3600
/** Limits of rows that anonymous clients can cause; further failures are only logged. */
const rowLimits = {
  perAddress: { name: 'audit-address', attempts: 20, windowSeconds: hour },
  inAll: { name: 'audit-all', attempts: 2000, windowSeconds: hour },
} as const satisfies Record<string, RateLimit>

const maxFullKeys = 10_000

/** How use cases record security events: a row in the audit log and a line in the operator's log. */
export class AuditTrail {
  readonly #deps: AuditTrailDependencies
  /** Limits that are used up, so that a flood of failures costs the database nothing. */
  readonly #fullUntil = new Map<string, Date>()

  constructor(deps: AuditTrailDependencies) {
    this.#deps = deps
  }

  /** Commits the writes of the work together with the events that it returns beside its result. */
  async commit<T>(
    work: (repositories: CommittedRepositories) => Promise<readonly [result: T, ...events: NewAuditEvent[]]>,
  ): Promise<T> {
    const { unitOfWork, securityLog } = this.#deps
    const [result, events] = await unitOfWork.run(async (repositories) => {
      const [done, ...recorded] = await work(repositories)
      const complete = recorded.map((event) => this.#complete(event))
      for (const event of complete) await repositories.auditLog.append(event)
      return [done, complete] as const
    })
    for (const event of events) securityLog.report(event)
    return result
  }

  /** For an event that has already happened: a row that cannot be written does not undo it. */
  async record(recorded: NewAuditEvent): Promise<void> {
    const event = this.#complete(recorded)
    this.#deps.securityLog.report(event)
    await this.#append(event)
  }

  /**
   * The same for failures, which a client can cause as often as it likes: bounded per address block and in
   * all.
   */
  async recordFailure(recorded: NewAuditEvent): Promise<void> {
    const event = this.#complete(recorded)
    this.#deps.securityLog.report(event)
    const key = hashOf(`${event.event} ${addressBlock(event.address ?? '')}`)
    if (this.#isUsedUp(rowLimits.inAll, '')) return
    try {
      if (!(await this.#admits(rowLimits.perAddress, key))) return
      if (!(await this.#admits(rowLimits.inAll, ''))) return
    } catch (cause) {
      this.#deps.securityLog.reportLoss(event, cause)
      return
    }
    await this.#append(event)
  }

  #complete({ event, actorId, subjectId, sessionId, address, details = {} }: NewAuditEvent): AuditEvent {
    const { clock, ids } = this.#deps
    return {
      id: newAuditEventId(ids),
      createdAt: clock.now(),
      event,
      actorId,
      subjectId,
      sessionId,
      address,
      details,
    }
  }

  async #append(event: AuditEvent): Promise<void> {
    try {
      await this.#deps.auditLog.append(event)
    } catch (cause) {
      this.#deps.securityLog.reportLoss(event, cause)
    }
  }

  async #admits(limit: RateLimit, key: string): Promise<boolean> {
    if (this.#isUsedUp(limit, key)) return false
    const { rateLimiter, clock } = this.#deps
    const { allowed, resetSeconds } = await rateLimiter.consume(limit, key)
    if (allowed) return true
    if (this.#fullUntil.size >= maxFullKeys) this.#fullUntil.clear()
    this.#fullUntil.set(nameOf(limit, key), secondsAfter(clock.now(), resetSeconds))
    return false
  }

  #isUsedUp(limit: RateLimit, key: string): boolean {
    const fullUntil = this.#fullUntil.get(nameOf(limit, key))
    return fullUntil !== undefined && this.#deps.clock.now() < fullUntil
  }
}

const nameOf = ({ name }: RateLimit, key: string): string => `${name} ${key}`

const hashOf = (text: string): string => createHash('sha256').update(text).digest('base64url')
