import type { AuditTrail } from './audit-trail.ts'

export interface RecordRateLimitedSignInDependencies {
  readonly audit: Pick<AuditTrail, 'recordFailure'>
}

/** The limit is applied before the sign-in, so that the use case itself does not see these attempts. */
export class RecordRateLimitedSignIn {
  readonly #deps: RecordRateLimitedSignInDependencies

  constructor(deps: RecordRateLimitedSignInDependencies) {
    this.#deps = deps
  }

  execute({ address }: { readonly address: string }): Promise<void> {
    return this.#deps.audit.recordFailure({ event: 'sign_in_rate_limited', address })
  }
}
