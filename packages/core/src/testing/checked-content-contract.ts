import { createHash } from 'node:crypto'
import { expect } from 'chai'
import type { AudioContentStore } from '../audio/audio-content-store.ts'
import type { Audio } from '../audio/audio.ts'
import { CheckContents } from '../audio/check-contents.ts'
import type { ContentFinding } from '../audio/content-finding.ts'
import { FindLeftovers } from '../audio/find-leftovers.ts'
import { RecordFinding } from '../audio/record-finding.ts'
import { ScrubContents } from '../audio/scrub-contents.ts'
import { SweepLeftovers } from '../audio/sweep-leftovers.ts'
import { inMemoryAdapters, type InMemoryAdapters } from '../in-memory/index.ts'
import { unlimited } from '../users/quota.ts'
import { anAudio, aUser } from './builders.ts'
import { inPieces, someBytes } from './bytes.ts'

const bytes = someBytes(100_000)
const flipped = Buffer.from(bytes).fill((bytes[50_000] ?? 0) ^ 1, 50_000, 50_001)

/** That what the operator's commands find in a store is found, mended and swept alike, whatever the store. */
export function checkedContentContract(store: () => AudioContentStore): void {
  let adapters: Omit<InMemoryAdapters, 'contents'> & { readonly contents: AudioContentStore }
  let uploaded: readonly [Audio, Audio, Audio, Audio]

  beforeEach(async () => {
    adapters = { ...inMemoryAdapters(), contents: store() }
    const { id: ownerId } = aUser()
    await adapters.users.insert(aUser({ id: ownerId }), undefined)
    const upload = async (): Promise<Audio> => {
      const content = { sizeBytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') }
      const audio = anAudio({ ownerId, content })
      await adapters.audio.insertPending(audio, unlimited)
      await adapters.contents.write(audio.id, inPieces(bytes))
      await adapters.audio.markReady(audio)
      return audio
    }
    uploaded = [await upload(), await upload(), await upload(), await upload()]
    // Tomorrow, so that all of it is old enough for a sweep.
    adapters.clock.advance((Date.now() - adapters.clock.now().getTime()) / 1000 + 25 * 3600)
  })

  const replace = async ({ id }: Audio, other: Uint8Array | undefined): Promise<void> => {
    await adapters.contents.remove(id)
    if (other) await adapters.contents.write(id, inPieces(other))
  }

  const found = async (
    walk: AsyncIterable<ContentFinding>,
  ): Promise<Readonly<Record<string, ContentFinding['found']>>> => {
    const findings: Record<string, ContentFinding['found']> = {}
    // What was recorded before is due again.
    adapters.clock.advance(1)
    for await (const finding of walk) {
      findings[finding.id] = finding.found
      await new RecordFinding(adapters).execute(finding)
    }
    return findings
  }

  it('finds what is missing, short or altered, and what is whole again', async () => {
    const [missing, short, corrupt] = uploaded
    await replace(missing, undefined)
    await replace(short, bytes.subarray(0, 99_999))
    await replace(corrupt, flipped)
    const check = () => found(new CheckContents(adapters).execute())
    const scrub = () => found(new ScrubContents(adapters).execute({ ageSeconds: 0 }))
    const bySize = { [missing.id]: 'missing', [short.id]: 'short' }
    expect(await check()).to.deep.equal(bySize)
    expect(await scrub()).to.deep.equal({ ...bySize, [corrupt.id]: 'corrupt' })
    for (const audio of [missing, short, corrupt]) await replace(audio, bytes)
    const whole = { [missing.id]: 'whole', [short.id]: 'whole', [corrupt.id]: 'whole' }
    expect(await check()).to.deep.equal(whole)
    expect(await check()).to.deep.equal({})
    expect(await scrub()).to.deep.equal({})
  })

  it('sweeps contents without a row, and those only', async () => {
    const orphan = anAudio().id
    await adapters.contents.write(orphan, inPieces(bytes))
    const input = { ageSeconds: 3600 }
    expect(await new FindLeftovers(adapters).execute(input)).to.deep.include({
      orphans: 1,
      orphanBytes: bytes.length,
      orphanIds: [orphan],
    })
    expect(await new SweepLeftovers(adapters).execute(input)).to.include({ orphans: 1, failed: 0 })
    expect(await adapters.contents.stat(orphan)).to.equal(undefined)
    expect(await found(new ScrubContents(adapters).execute({ ageSeconds: 0 }))).to.deep.equal({})
  })
}
