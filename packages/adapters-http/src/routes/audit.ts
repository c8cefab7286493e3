import { z } from 'zod'
import { route } from '../route.ts'
import { auditEventName, auditEventSchema, showAuditEvent } from '../schemas/audit.ts'
import { userId } from '../schemas/fields.ts'
import { cursor, limit, linkHeader, pageReply, pageSchema, readPage } from '../schemas/page.ts'

const moment = z.iso
  .datetime({ offset: true, error: 'must be an RFC 3339 time, such as 2026-11-28T00:00:00Z' })
  .optional()

const listAuditEvents = route({
  name: 'listAuditEvents',
  method: 'get',
  path: '/v1/audit/',
  summary: 'Security events and administrative changes, newest first',
  description:
    'Append-only: nothing changes an event, and each is removed after `AUDIT_RETENTION_DAYS`. Users are named by id, also after ' +
    'their deletion. Of failures, 20 an hour and address (an IPv6 /64 counts as one) are stored.',
  tag: 'Users',
  access: 'admin',
  query: z.object({
    limit,
    cursor,
    event: auditEventName.optional(),
    actor_id: userId.optional(),
    subject_id: userId.optional(),
    since: moment.meta({ description: 'Events from this moment on' }),
    until: moment.meta({ description: 'Events before this moment' }),
  }),
  replies: {
    200: { description: 'A page of events', body: pageSchema(auditEventSchema), headers: linkHeader },
  },
  errors: ['invalid_cursor'],
  async handle({ actor, query }, { listAuditEvents, site }) {
    const filter = {
      event: query.event,
      actorId: query.actor_id,
      subjectId: query.subject_id,
      since: momentOf(query.since),
      until: momentOf(query.until),
    }
    const page = await listAuditEvents.execute({ actor, page: readPage(query), filter })
    return pageReply({ site, path: '/v1/audit/' }, query, { page, show: showAuditEvent })
  },
})

const momentOf = (text: string | undefined): Date | undefined =>
  text === undefined ? undefined : new Date(text)

export const auditRoutes = [listAuditEvents]
