import { users } from './0001-users.ts'
import { sessions } from './0002-sessions.ts'
import { audio } from './0003-audio.ts'
import { externalIdentities } from './0004-external-identities.ts'
import { pendingLogins } from './0005-pending-logins.ts'
import { rateLimits } from './0006-rate-limits.ts'
import { storageUsage } from './0007-storage-usage.ts'
import { uploads } from './0008-uploads.ts'
import { leases } from './0009-leases.ts'
import { idempotency } from './0010-idempotency.ts'
import { contentChecks } from './0011-content-checks.ts'
import { audioOrder } from './0012-audio-order.ts'
import { audioSearch } from './0012-audio-search.ts'
import { keyedRequests } from './0013-keyed-requests.ts'
import { oneAudioARequest } from './0014-one-audio-a-request.ts'
import { listVersions } from './0015-list-versions.ts'
import { sessionConfirmation } from './0016-session-confirmation.ts'
import { answerOwners } from './0017-answer-owners.ts'
import { audioFacts } from './0019-audio-facts.ts'
import { emailDomains } from './0020-email-domains.ts'
import { foldedSigns } from './0021-folded-signs.ts'
import { quotaFiles } from './0023-quota-files.ts'
import { auditEvents } from './0024-audit-events.ts'
import type { Migration } from './migration.ts'

/** In the order in which they run. Imported one by one, not found by scanning a folder: a bundle has no folder. */
export const migrations: readonly Migration[] = [
  users,
  sessions,
  audio,
  externalIdentities,
  pendingLogins,
  rateLimits,
  storageUsage,
  uploads,
  leases,
  idempotency,
  contentChecks,
  audioOrder,
  audioSearch,
  keyedRequests,
  oneAudioARequest,
  listVersions,
  sessionConfirmation,
  answerOwners,
  audioFacts,
  emailDomains,
  foldedSigns,
  quotaFiles,
  auditEvents,
]
