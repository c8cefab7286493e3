import { expect } from 'chai'
import { unlimited } from '../users/quota.ts'
import type { UserId } from '../ids.ts'
import type { Repositories } from '../repositories.ts'
import type { UsageComparison } from '../users/usage-audit.ts'
import { aUser } from './builders.ts'
import { aPendingAudio, aStoredAudio, aStoredUser } from './stored.ts'

/** What every `UsageAudit` promises. `make` gives a fresh, empty set of repositories. */
export function usageAuditContract({ make }: { readonly make: () => Promise<Repositories> }): void {
  let repositories: Repositories
  let userId: UserId

  beforeEach(async () => {
    repositories = await make()
    userId = (await aStoredUser(repositories)).id
  })

  const compared = async (id = userId): Promise<UsageComparison | undefined> =>
    (await repositories.usageAudit.compare(undefined, 100)).find((comparison) => comparison.userId === id)

  it('adds up what is ready and what is reserved, and nothing of what is deleted', async () => {
    const content = { sizeBytes: 5_000_000_000, sha256: 'cd'.repeat(32) }
    await aStoredAudio(repositories, { ownerId: userId, content })
    const buried = await aStoredAudio(repositories, { ownerId: userId })
    await repositories.audio.bury(buried.id, userId)
    const pending = await aPendingAudio(repositories, { ownerId: userId })
    await repositories.audio.reserve(pending.id, { atLeastBytes: 300, atMostBytes: 300 }, unlimited)
    const usage = { usedBytes: 5_000_000_000, usedFiles: 1, reservedBytes: 300, reservedFiles: 1 }
    expect(await compared()).to.deep.equal({ userId, counted: usage, actual: usage })
    expect((await repositories.quotas.find(userId))?.usage).to.deep.equal(usage)
  })

  it('walks over all users in the order of ids, with or without audio, page by page, each once', async () => {
    const ids = [userId]
    for (let count = 0; count < 4; count++) ids.push((await aStoredUser(repositories)).id)
    const walked: UserId[] = []
    const page = () => repositories.usageAudit.compare(walked.at(-1), 2)
    for (let next = await page(); next.length > 0; next = await page()) {
      expect(next.length).to.be.at.most(2)
      walked.push(...next.map((comparison) => comparison.userId))
    }
    expect(walked).to.deep.equal(ids.sort())
  })

  it('changes nothing by counting what is right anew, and knows no stranger', async () => {
    await aStoredAudio(repositories, { ownerId: userId })
    const before = await compared()
    await repositories.usageAudit.recount(userId)
    await repositories.usageAudit.recount(aUser().id)
    expect(await compared()).to.deep.equal(before)
    expect(await repositories.usageAudit.compare(undefined, 100)).to.have.lengthOf(1)
  })
}
