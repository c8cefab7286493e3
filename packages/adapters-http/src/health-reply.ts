import { z } from 'zod'
import type { Health } from './check-health.ts'

export const healthSchema = z.object({
  status: z.enum(['ok', 'degraded', 'failing']),
  failing: z.array(z.string()).meta({ description: 'The parts that do not work now, by name' }),
  degraded: z.array(z.string()).meta({
    description:
      'The parts that do a part of their work, by name: `storage` if it is full or read-only, and takes no uploads',
  }),
})

type HealthBody = z.output<typeof healthSchema>

export type HealthReply =
  | { readonly status: 200; readonly body: HealthBody }
  | { readonly status: 503; readonly body: HealthBody; readonly headers: { readonly 'Retry-After': string } }

export function healthReply({ failing, degraded }: Health): HealthReply {
  const parts = { failing: [...failing], degraded: [...degraded] }
  if (failing.length > 0) {
    return { status: 503, body: { status: 'failing', ...parts }, headers: { 'Retry-After': '5' } }
  }
  return { status: 200, body: { status: degraded.length > 0 ? 'degraded' : 'ok', ...parts } }
}
