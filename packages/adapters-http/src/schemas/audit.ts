import { auditEventNames, type AuditEvent } from '@audiohost/core'
import { z } from 'zod'
import { id, time } from './fields.ts'

export const auditEventName = z.enum(auditEventNames)

export const auditEventSchema = z
  .object({
    id,
    created_at: time,
    event: auditEventName,
    actor_id: id.nullable().meta({
      description: 'The user that caused the event; null for anonymous clients and the command line',
    }),
    subject_id: id
      .nullable()
      .meta({ description: 'The user that the event concerns; may have been deleted since' }),
    session_id: id.nullable(),
    address: z
      .string()
      .nullable()
      .meta({ description: 'The IP address of the client', example: '192.0.2.1' }),
    details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  })
  .meta({ id: 'AuditEvent' })

export const showAuditEvent = (event: AuditEvent): z.output<typeof auditEventSchema> => ({
  id: event.id,
  created_at: event.createdAt.toISOString(),
  event: event.event,
  actor_id: event.actorId ?? null,
  subject_id: event.subjectId ?? null,
  session_id: event.sessionId ?? null,
  address: event.address ?? null,
  details: { ...event.details },
})
