import type { Clock } from '../clock.ts'
import type { IncidentReporter } from '../incident-reporter.ts'
import { isRecorded, type ContentFinding } from './content-finding.ts'
import type { ContentChecks } from './content-checks.ts'

export interface RecordFindingDependencies {
  readonly checks: Pick<ContentChecks, 'record'>
  readonly incidents: IncidentReporter
  readonly clock: Clock
}

/** Writes down what a check found, so that damaged content is not served and whole content is again. */
export class RecordFinding {
  readonly #deps: RecordFindingDependencies

  constructor(deps: RecordFindingDependencies) {
    this.#deps = deps
  }

  /** `false` where there is nothing to write: the audio is gone, or what cannot be read may yet be whole. */
  async execute(finding: ContentFinding): Promise<boolean> {
    const { id, found } = finding
    if (found === 'unreadable') return false
    const damage = found === 'whole' ? undefined : found
    const recorded = await this.#deps.checks.record(id, { damage, verifiedAt: this.#deps.clock.now() })
    if (recorded && damage !== undefined && !isRecorded(finding)) {
      const kind = damage === 'missing' ? 'content_missing' : 'content_damaged'
      this.#deps.incidents.report({ kind, audioId: id, cause: undefined })
    }
    return recorded
  }
}
