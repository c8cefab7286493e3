import { secondsAfter, type Clock } from '../clock.ts'

/** Time that moves when told. */
export class FakeClock implements Clock {
  #now: Date

  constructor(now: Date = new Date('2026-01-01T00:00:00.000Z')) {
    this.#now = new Date(now)
  }

  now(): Date {
    return new Date(this.#now)
  }

  advance(seconds: number): void {
    this.#now = secondsAfter(this.#now, seconds)
  }

  set(now: Date): void {
    this.#now = new Date(now)
  }
}
