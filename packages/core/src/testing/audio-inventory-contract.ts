import { expect } from 'chai'
import type { ReadyContent } from '../audio/audio-inventory.ts'
import type { Audio } from '../audio/audio.ts'
import type { AudioId, UserId } from '../ids.ts'
import type { Repositories } from '../repositories.ts'
import { anAudio } from './builders.ts'
import { aPendingAudio, aStoredAudio, aStoredUser } from './stored.ts'

/** What every `AudioInventory` promises. `make` gives a fresh, empty set of repositories. */
export function audioInventoryContract({ make }: { readonly make: () => Promise<Repositories> }): void {
  let repositories: Repositories
  let ownerId: UserId

  beforeEach(async () => {
    repositories = await make()
    ownerId = (await aStoredUser(repositories)).id
  })

  const readyAfter = (after?: AudioId, limit = 100): Promise<readonly ReadyContent[]> =>
    repositories.inventory.readyAfter(after, limit)

  it('is empty where no audio is', async () => {
    expect(await readyAfter()).to.deep.equal([])
  })

  it('tells whose content it is, its size and its digest', async () => {
    const content = { sizeBytes: 5_000_000_000, sha256: 'cd'.repeat(32) }
    const { id } = await aStoredAudio(repositories, { ownerId, content })
    expect(await readyAfter()).to.deep.equal([{ id, ownerId, ...content }])
  })

  it('has ready audio only: no upload in flight, nothing deleted', async () => {
    await aPendingAudio(repositories, { ownerId })
    const buried = await aStoredAudio(repositories, { ownerId })
    await repositories.audio.bury(buried.id, ownerId)
    const { id } = await aStoredAudio(repositories, { ownerId })
    expect((await readyAfter()).map((ready) => ready.id)).to.deep.equal([id])
  })

  it('walks over all owners in the order of ids, page by page, each once', async () => {
    const other = (await aStoredUser(repositories)).id
    const owned = Array.from({ length: 7 }, (_, index) => anAudio({ ownerId: index % 2 ? other : ownerId }))
    for (const audio of owned.toReversed()) await aStoredAudio(repositories, audio)
    const pages: (readonly ReadyContent[])[] = []
    for (
      let page = await readyAfter(undefined, 3);
      page.length > 0;
      page = await readyAfter(page.at(-1)?.id, 3)
    ) {
      pages.push(page)
    }
    expect(pages.map(({ length }) => length)).to.deep.equal([3, 3, 1])
    const walked = pages.flat().map((ready) => [ready.id, ready.ownerId])
    expect(walked).to.deep.equal(owned.sort(byId).map((audio) => [audio.id, audio.ownerId]))
  })

  it('goes on behind an id that has been removed meanwhile', async () => {
    const [first, second] = [anAudio({ ownerId }), anAudio({ ownerId })].sort(byId)
    await aStoredAudio(repositories, first!)
    await aStoredAudio(repositories, second!)
    await repositories.audio.erase(first!.id)
    expect((await readyAfter(first!.id)).map(({ id }) => id)).to.deep.equal([second!.id])
  })
}

const byId = (a: Audio, b: Audio): number => (a.id < b.id ? -1 : 1)
