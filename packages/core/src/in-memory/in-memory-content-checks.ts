import type { ContentDamage } from '../audio/audio.ts'
import type { CheckedContent, ContentChecks } from '../audio/content-checks.ts'
import type { AudioId } from '../ids.ts'
import type { InMemoryState } from './in-memory-state.ts'

export class InMemoryContentChecks implements ContentChecks {
  readonly #state: InMemoryState

  constructor(state: InMemoryState) {
    this.#state = state
  }

  async due(
    before: Date,
    limit: number,
    after: CheckedContent | undefined,
  ): Promise<readonly CheckedContent[]> {
    return this.#due(before)
      .filter((content) => after === undefined || byCheck(content, after) > 0)
      .sort(byCheck)
      .slice(0, limit)
  }

  async countDue(before: Date): Promise<{ readonly contents: number; readonly bytes: number }> {
    const due = this.#due(before)
    return { contents: due.length, bytes: due.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) }
  }

  async damaged(after: AudioId | undefined, limit: number): Promise<readonly CheckedContent[]> {
    return this.#ready()
      .filter(({ id, damage }) => damage !== undefined && (after === undefined || id > after))
      .sort(byId)
      .slice(0, limit)
  }

  async record(
    id: AudioId,
    { damage, verifiedAt }: { readonly damage: ContentDamage | undefined; readonly verifiedAt: Date },
  ): Promise<boolean> {
    const row = this.#state.audio.get(id)
    if (row?.state !== 'ready') return false
    this.#state.audio.set(id, { ...row, audio: { ...row.audio, damage }, verifiedAt })
    return true
  }

  #due(before: Date): CheckedContent[] {
    return this.#ready().filter(({ verifiedAt }) => verifiedAt === undefined || verifiedAt < before)
  }

  #ready(): CheckedContent[] {
    return [...this.#state.audio.values()].flatMap((row) => {
      if (row.state !== 'ready') return []
      const { id, ownerId, content, damage } = row.audio
      return [{ id, ownerId, ...content, damage, verifiedAt: row.verifiedAt }]
    })
  }
}

const byId = (a: CheckedContent, b: CheckedContent): number => (a.id < b.id ? -1 : Number(a.id > b.id))

const byCheck = (a: CheckedContent, b: CheckedContent): number =>
  (a.verifiedAt?.getTime() ?? 0) - (b.verifiedAt?.getTime() ?? 0) || byId(a, b)
