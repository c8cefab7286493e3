import { createHash } from 'node:crypto'
import { expect } from 'chai'
import { newAudioId, type AudioId } from '../ids.ts'
import {
  anAccount,
  anAudio,
  inMemoryAdapters,
  inPieces,
  someBytes,
  type Account,
  type InMemoryAdapters,
} from '../testing/index.ts'
import { unlimited } from '../users/quota.ts'
import { CheckContents } from './check-contents.ts'
import type { ContentFinding } from './content-finding.ts'
import { DeleteAudio } from './delete-audio.ts'
import { FindLeftovers } from './find-leftovers.ts'
import { ScrubContents } from './scrub-contents.ts'
import { defaultSweepAgeSeconds } from './sweep-leftovers.ts'
import { UploadAudio } from './upload-audio.ts'

const sizeBytes = 64

describe('harm among many contents', () => {
  let adapters: InMemoryAdapters
  let account: Account

  beforeEach(async () => {
    adapters = inMemoryAdapters()
    account = await anAccount(adapters)
  })

  const bytesFor = (seed: string): Buffer => someBytes(sizeBytes, seed)

  const store = async (count: number): Promise<AudioId[]> => {
    const ids: AudioId[] = []
    for (let number = 0; number < count; number++) {
      const id = newAudioId(adapters.ids)
      const bytes = bytesFor(id)
      const content = { sizeBytes, sha256: createHash('sha256').update(bytes).digest('hex') }
      const audio = anAudio({ id, ownerId: account.user.id, content })
      await adapters.audio.insertPending(audio, unlimited)
      await adapters.contents.write(id, inPieces(bytes))
      await adapters.audio.markReady(audio)
      ids.push(id)
    }
    return ids
  }

  const replace = async (id: AudioId, bytes: Uint8Array | undefined): Promise<void> => {
    await adapters.contents.remove(id)
    if (bytes) await adapters.contents.write(id, inPieces(bytes))
  }

  const findings = async (walk: AsyncIterable<ContentFinding>): Promise<Map<AudioId, string>> => {
    const found = new Map<AudioId, string>()
    for await (const finding of walk) found.set(finding.id, finding.found)
    return found
  }

  it('is found where it is one bit of one in a thousand, whichever bit of whichever, and nothing else is', async () => {
    const ids = await store(1000)
    for (const [round, id] of [0, 1, 99, 100, 101, 499, 500, 777, 998, 999]
      .flatMap((place) => ids[place] ?? [])
      .entries()) {
      const flipped = bytesFor(id)
      const bit = (round * 57) % (8 * sizeBytes)
      flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
      await replace(id, flipped)
      adapters.clock.advance(1)
      const found = await findings(new ScrubContents(adapters).execute({ ageSeconds: 0 }))
      expect([...found]).to.deep.equal([[id, 'corrupt']])
      await replace(id, bytesFor(id))
    }
  })

  /** Others upload, and delete what they uploaded just now and these, the last first; resolves with how often, once told to stop. */
  const workload = (doomed: readonly AudioId[]): (() => Promise<number>) => {
    const state = { stopped: false }
    const rest = [...doomed]
    const remove = (id: AudioId) => new DeleteAudio(adapters).execute({ actor: account.actor, id })
    const work = async (): Promise<number> => {
      for (let times = 0; ; times++) {
        if (state.stopped) return times
        const { id } = await new UploadAudio(adapters).execute({
          actor: account.actor,
          fileName: 'song.mp3',
          content: inPieces(Buffer.concat([Buffer.from('ID3'), bytesFor('upload')])),
          details: async () => ({}),
        })
        if (times % 3 > 0) await remove(id)
        const last = rest.pop()
        if (last !== undefined) await remove(last)
        // Lets the walk and the others go on.
        await new Promise(setImmediate)
      }
    }
    const workers = Promise.all(Array.from({ length: 5 }, work))
    return async () => {
      state.stopped = true
      return (await workers).reduce((sum, times) => sum + times, 0)
    }
  }

  it('is found 150 times of 150, of three kinds, while others upload and delete, and nothing else is', async () => {
    const ids = await store(1000)
    const [missing, short, long] = [ids.slice(100, 150), ids.slice(400, 425), ids.slice(800, 825)]
    for (const id of missing) await replace(id, undefined)
    for (const id of short) await replace(id, bytesFor(id).subarray(1))
    for (const id of long) await replace(id, Buffer.concat([bytesFor(id), Buffer.of(0)]))
    const orphans = Array.from({ length: 50 }, () => newAudioId(adapters.ids))
    for (const id of orphans) await adapters.contents.write(id, inPieces(bytesFor(id)))
    adapters.clock.advance(25 * 3600)

    const beside = { ...adapters, contents: slow(adapters) }
    const checking = workload(ids.slice(200, 400))
    const found = await findings(new CheckContents(beside).execute())
    expect(await checking()).to.be.above(50)
    const finding = workload(ids.slice(500, 800))
    const left = await new FindLeftovers(beside).execute({ ageSeconds: defaultSweepAgeSeconds })
    expect(await finding()).to.be.above(50)
    const expected = [
      ...missing.map((id) => [id, 'missing'] as const),
      ...short.map((id) => [id, 'short'] as const),
      ...long.map((id) => [id, 'corrupt'] as const),
    ]
    expect([...found]).to.have.deep.members(expected)
    expect(left.orphanIds).to.have.members(orphans)
    expect(left).to.include({ orphans: 50, keptOrphans: 0, stuckUploads: 0, tombstones: 0, partialWrites: 0 })
  })
})

/** A store that others get their turn beside, as they do beside one on a disk. */
function slow({
  contents,
}: InMemoryAdapters): Pick<
  InMemoryAdapters['contents'],
  'open' | 'stat' | 'list' | 'countPartial' | 'check'
> {
  const turn = (): Promise<void> => new Promise(setImmediate)
  return {
    open: async (...asked) => {
      await turn()
      return contents.open(...asked)
    },
    stat: async (id) => {
      await turn()
      return contents.stat(id)
    },
    list: async function* () {
      let listed = 0
      for await (const content of contents.list()) {
        // Faster than others upload, or the list would have no end.
        if (listed++ % 5 === 0) await turn()
        yield content
      }
    },
    check: () => contents.check(),
    countPartial: (...asked) => contents.countPartial(...asked),
  }
}
