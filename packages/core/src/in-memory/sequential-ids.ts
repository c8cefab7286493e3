import type { IdGenerator } from '../ids.ts'

/** UUIDs of version 7 by their form, numbered from 1. */
export class SequentialIds implements IdGenerator {
  #made = 0

  next(): string {
    this.#made++
    return `00000000-0000-7000-8000-${this.#made.toString(16).padStart(12, '0')}`
  }
}
