import { isRecorded, type ContentFinding } from '@audiohost/core'

/** How many findings a report names; the counts are of all. */
const namedFindings = 1000

export interface ReportedFinding {
  readonly audio_id: string
  readonly owner_id: string
  readonly size: number
  readonly found: ContentFinding['found']
  readonly recorded_before: ContentFinding['recorded'] | null
  readonly recorded_now: boolean
}

/** Adds up what checks of contents found. */
export class ContentFindings {
  readonly counts: Record<ContentFinding['found'], number> = {
    missing: 0,
    short: 0,
    corrupt: 0,
    unreadable: 0,
    whole: 0,
  }
  /** Damaged as the rows said already. */
  known = 0
  /** Not as the rows said. */
  news = 0
  /** Of these, contents that are whole again and recorded so. */
  mended = 0
  readonly items: ReportedFinding[] = []

  add(finding: ContentFinding, recordedNow: boolean): void {
    const { id, ownerId, sizeBytes, found, recorded } = finding
    this.counts[found]++
    if (isRecorded(finding)) this.known++
    else this.news++
    if (found === 'whole' && recordedNow) this.mended++
    if (this.items.length >= namedFindings) return
    this.items.push({
      audio_id: id,
      owner_id: ownerId,
      size: sizeBytes,
      found,
      recorded_before: recorded ?? null,
      recorded_now: recordedNow,
    })
  }

  /** Whether somebody has to look: there is damage that was not known, or a row that does not say what is. */
  get needAttention(): boolean {
    return this.news > this.mended
  }

  /** `2 missing, 1 corrupt`; empty where nothing was found. */
  describe(): string {
    const { whole, ...damaged } = this.counts
    const parts = Object.entries(damaged).flatMap(([kind, count]) => (count > 0 ? [`${count} ${kind}`] : []))
    return [...parts, ...(whole > 0 ? [`${whole} whole again`] : [])].join(', ')
  }
}
