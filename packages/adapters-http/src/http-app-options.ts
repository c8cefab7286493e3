import type { AnswerSeal, Clock, IdempotencyRecords, IdGenerator, RateLimiter } from '@audiohost/core'
import type { Logger } from 'pino'
import type { HttpMetrics, MetricsPage } from './metrics/http-metrics.ts'
import type { UseCases } from './use-cases.ts'

/** One part that the service cannot do without; `check` throws where it does not work. */
export interface HealthCheck {
  readonly name: string
  /** `degraded`: it does a part of its work, and requests may still be sent here. Throws where it does not work. */
  check(): Promise<'ok' | 'degraded'>
}

export interface HttpAppOptions {
  readonly useCases: UseCases
  readonly rateLimiter: RateLimiter
  /** Where the answers to requests with an `Idempotency-Key` are kept, sealed by `answerSeal`. */
  readonly idempotency: IdempotencyRecords
  readonly answerSeal: AnswerSeal
  readonly clock: Clock
  readonly healthChecks: readonly HealthCheck[]
  /** True from the moment the process has been told to stop; `/readyz` says so. */
  readonly isDraining?: () => boolean
  readonly log: Logger
  /** Where browsers find the service: decides cookie names and flags, HSTS, and which origin is ours. */
  readonly publicUrl: URL
  /** Exact origins that may call with credentials, such as `https://player.example.org`. */
  readonly corsOrigins: readonly string[]
  /** Addresses, CIDR ranges or names of proxy-addr (`loopback`) whose `X-Forwarded-For` is believed. */
  readonly trustedProxies: readonly string[]
  readonly maxUploadBytes: number
  /** `off` is for load tests only. */
  readonly rateLimits: 'on' | 'off'
  readonly ids: IdGenerator
  readonly metrics?: HttpMetrics | undefined
  /** What `GET /metrics` shows; absent: the path answers 404. */
  readonly metricsPage?: MetricsPage | undefined
}
