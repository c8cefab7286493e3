import { createHash } from 'node:crypto'
import type { AnswerSeal } from '../idempotency/answer-seal.ts'
import { seal, unseal } from './fake-seal.ts'

/** Tells requests apart, and hides nothing. */
export class FakeAnswerSeal implements AnswerSeal {
  nameOf(request: string): string {
    return createHash('sha256').update(request).digest('hex')
  }

  seal(answer: string, request: string): Uint8Array {
    return Buffer.from(seal('answer', [answer, this.nameOf(request)]))
  }

  open(sealed: Uint8Array, request: string): string | undefined {
    const [answer, name] = unseal('answer', Buffer.from(sealed).toString()) ?? []
    return typeof answer === 'string' && name === this.nameOf(request) ? answer : undefined
  }
}
