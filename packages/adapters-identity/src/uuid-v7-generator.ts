import { v7 } from 'uuid'
import type { IdGenerator } from '@audiohost/core'

/** Ascending within the process, also within one millisecond and when the clock is set back (RFC 9562 section 6.2). */
export class UuidV7Generator implements IdGenerator {
  next(): string {
    return v7()
  }
}
