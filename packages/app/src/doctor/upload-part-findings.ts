import type { UploadFinding, UploadPartFinding } from '@audiohost/core'

/** How many parts a report names; the counts are of all. */
const namedParts = 1000

export interface ReportedPart {
  readonly upload_id: string
  readonly owner_id: string
  readonly content_id: string
  readonly offset: number
  readonly size: number
  readonly found: UploadPartFinding['found']
  readonly given_up: boolean
}

/** Adds up what a check of the parts of unfinished uploads found. */
export class UploadPartFindings {
  readonly #counts: Record<UploadPartFinding['found'], number> = {
    missing: 0,
    short: 0,
    corrupt: 0,
    unreadable: 0,
  }
  found = 0
  /** Of these, parts of uploads that are no more. */
  givenUp = 0
  readonly items: ReportedPart[] = []

  add(upload: UploadFinding, outcome: 'discarded' | 'kept' | 'absent'): void {
    // It ended by itself between the finding and its mending.
    if (outcome === 'absent') return
    for (const part of upload.parts) this.#addPart(part, outcome === 'discarded')
  }

  #addPart(part: UploadPartFinding, isGivenUp: boolean): void {
    this.#counts[part.found]++
    this.found++
    if (isGivenUp) this.givenUp++
    if (this.items.length >= namedParts) return
    this.items.push({
      upload_id: part.uploadId,
      owner_id: part.ownerId,
      content_id: part.id,
      offset: part.offsetBytes,
      size: part.sizeBytes,
      found: part.found,
      given_up: isGivenUp,
    })
  }

  /** `2 missing, 1 short`; empty where nothing was found. */
  describe(): string {
    return Object.entries(this.#counts)
      .flatMap(([kind, count]) => (count > 0 ? [`${count} ${kind}`] : []))
      .join(', ')
  }
}
