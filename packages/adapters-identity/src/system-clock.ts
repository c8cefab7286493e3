import type { Clock } from '@audiohost/core'

export class SystemClock implements Clock {
  now(): Date {
    return new Date()
  }
}
