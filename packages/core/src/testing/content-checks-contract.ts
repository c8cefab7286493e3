import { expect } from 'chai'
import { newestFirst } from '../audio/audio-order.ts'
import type { Audio } from '../audio/audio.ts'
import type { CheckedContent } from '../audio/content-checks.ts'
import type { UserId } from '../ids.ts'
import type { Repositories } from '../repositories.ts'
import { anAudio, at } from './builders.ts'
import { aPendingAudio, aStoredAudio, aStoredUser } from './stored.ts'

/** What every `ContentChecks` promises. `make` gives a fresh, empty set of repositories. */
export function contentChecksContract({ make }: { readonly make: () => Promise<Repositories> }): void {
  let repositories: Repositories
  let ownerId: UserId

  beforeEach(async () => {
    repositories = await make()
    ownerId = (await aStoredUser(repositories)).id
  })

  /** In the order of ids, whoever owns them. */
  const stored = async (count: number): Promise<readonly Audio[]> => {
    const other = (await aStoredUser(repositories)).id
    const all = Array.from({ length: count }, (_, index) =>
      anAudio({
        ownerId: index % 2 ? other : ownerId,
        content: { sizeBytes: 100 + index, sha256: 'cd'.repeat(32) },
      }),
    )
    for (const audio of all.toReversed()) await aStoredAudio(repositories, audio)
    return all.sort((a, b) => (a.id < b.id ? -1 : 1))
  }

  const whole = (id: Audio['id'], seconds: number): Promise<boolean> =>
    repositories.checks.record(id, { damage: undefined, verifiedAt: at(seconds) })

  const idsOf = (contents: readonly { readonly id: string }[]): readonly string[] =>
    contents.map(({ id }) => id)

  it('has nothing due and nothing damaged where no audio is ready', async () => {
    await aPendingAudio(repositories, { ownerId })
    const buried = await aStoredAudio(repositories, { ownerId })
    await repositories.audio.bury(buried.id, ownerId)
    expect(await repositories.checks.due(at(1e9), 10, undefined)).to.deep.equal([])
    expect(await repositories.checks.countDue(at(1e9))).to.deep.equal({ contents: 0, bytes: 0 })
    expect(await repositories.checks.damaged(undefined, 10)).to.deep.equal([])
  })

  it('tells what the row says of the content, and what the last check found', async () => {
    const [{ id, content } = anAudio()] = await stored(1)
    const known = { id, ownerId, ...content }
    expect(await repositories.checks.due(at(60), 10, undefined)).to.deep.equal([
      { ...known, damage: undefined, verifiedAt: undefined },
    ])
    expect(await repositories.checks.record(id, { damage: 'corrupt', verifiedAt: at(30) })).to.equal(true)
    expect(await repositories.checks.due(at(60), 10, undefined)).to.deep.equal([
      { ...known, damage: 'corrupt', verifiedAt: at(30) },
    ])
  })

  it('begins with what was never checked, and goes on with the longest unchecked, page by page, each once', async () => {
    const [a, b, c, d, e, f] = await stored(6)
    await whole(b!.id, 30)
    await whole(d!.id, 10)
    await whole(e!.id, 30)
    await whole(f!.id, 60)
    const walked: CheckedContent[] = []
    const page = () => repositories.checks.due(at(60), 2, walked.at(-1))
    for (let next = await page(); next.length > 0; next = await page()) {
      expect(next.length).to.be.at.most(2)
      walked.push(...next)
    }
    expect(idsOf(walked)).to.deep.equal(idsOf([a!, c!, d!, b!, e!]))
    const bytes = walked.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
    expect(await repositories.checks.countDue(at(60))).to.deep.equal({ contents: 5, bytes })
  })

  it('goes on behind what has been checked meanwhile', async () => {
    const [a, b, c] = await stored(3)
    const [first] = await repositories.checks.due(at(60), 1, undefined)
    expect(first?.id).to.equal(a!.id)
    await whole(a!.id, 60)
    expect(idsOf(await repositories.checks.due(at(60), 10, first))).to.deep.equal(idsOf([b!, c!]))
  })

  it('lists damaged audio in the order of ids until it is found whole again, or deleted', async () => {
    const [a, b, c, d] = await stored(4)
    for (const [audio, damage] of [
      [d!, 'missing'],
      [a!, 'short'],
      [c!, 'corrupt'],
    ] as const) {
      await repositories.checks.record(audio.id, { damage, verifiedAt: at(60) })
    }
    await whole(b!.id, 60)
    const damaged = await repositories.checks.damaged(undefined, 2)
    expect(damaged.map(({ id, damage }) => [id, damage])).to.deep.equal([
      [a!.id, 'short'],
      [c!.id, 'corrupt'],
    ])
    expect(idsOf(await repositories.checks.damaged(c!.id, 2))).to.deep.equal([d!.id])
    await whole(a!.id, 90)
    await repositories.audio.bury(c!.id, c!.ownerId)
    expect(idsOf(await repositories.checks.damaged(undefined, 10))).to.deep.equal([d!.id])
  })

  it('keeps damaged audio listed, with all that is known of it', async () => {
    const audio = await aStoredAudio(repositories, { ownerId })
    await repositories.checks.record(audio.id, { damage: 'short', verifiedAt: at(60) })
    expect(await repositories.audio.find(audio.id)).to.deep.equal({ ...audio, damage: 'short' })
    const renamed = await repositories.audio.update(audio.id, ownerId, { title: 'New' }, at(90))
    expect(renamed).to.deep.equal({ ...audio, damage: 'short', title: 'New', updatedAt: at(90) })
    const filter = { order: newestFirst }
    const page = await repositories.audio.list(ownerId, { limit: 10, after: undefined }, filter)
    expect(page.items).to.deep.equal([renamed])
    expect(await repositories.checks.due(at(60), 10, undefined)).to.deep.equal([])
  })

  it('records nothing of what is not ready', async () => {
    const pending = await aPendingAudio(repositories, { ownerId })
    const buried = await aStoredAudio(repositories, { ownerId })
    await repositories.audio.bury(buried.id, ownerId)
    for (const { id } of [pending, buried, anAudio()]) expect(await whole(id, 60)).to.equal(false)
    expect(await repositories.audio.markReady(pending)).to.equal('ready')
  })
}
