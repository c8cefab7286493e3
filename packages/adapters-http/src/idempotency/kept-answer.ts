import { problemOf, RepeatedProblem, type Problem, type ProblemCode } from '../problem.ts'
import type { AnyReply, Route } from '../route.ts'

/** What a retry is told: the reply of the handler, or the problem that it refused with. */
type KeptAnswer = { readonly reply: AnyReply } | { readonly problem: Problem }

/** Refusals of who asks, of when or of how fast, not of what is asked: a retry may fare better. */
const passing: readonly number[] = [401, 403, 408, 413, 429]

/** Of bytes that were cut off or altered on their way, or are not those of an attempt that died: the right ones may still come. */
const passingCodes: readonly ProblemCode[] = [
  'upload_interrupted',
  'digest_mismatch',
  'idempotency_key_reused',
  'upload_aborted',
]

export function keptReply(route: Route, reply: AnyReply): string | undefined {
  const kind = route.replies[reply.status]?.body
  if (kind === 'content' || kind === 'asset') return undefined
  const { owner: _, ...sent } = reply
  return JSON.stringify({ reply: sent } satisfies KeptAnswer)
}

/**
 * `undefined` if a retry must run again. Refusals of a public route have no user to be removed with, so they
 * are not stored.
 */
export function keptProblem({ access }: Route, error: unknown): string | undefined {
  if (access === 'public') return undefined
  const problem = problemOf(error)
  const { status, code } = problem
  if (status >= 500 || passing.includes(status) || passingCodes.includes(code)) return undefined
  return JSON.stringify({ problem } satisfies KeptAnswer)
}

/** @throws RepeatedProblem where that was the answer */
export function repeated(text: string): AnyReply {
  const kept = JSON.parse(text) as KeptAnswer
  if ('problem' in kept) throw new RepeatedProblem(kept.problem)
  return kept.reply
}
