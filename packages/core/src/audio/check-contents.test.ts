import { createHash } from 'node:crypto'
import { expect } from 'chai'
import { StorageFull, StorageUnavailable } from '../errors.ts'
import type { UserId } from '../ids.ts'
import {
  anAccount,
  anAudio,
  at,
  errorOf,
  inMemoryAdapters,
  inPieces,
  someBytes,
  type InMemoryAdapters,
} from '../testing/index.ts'
import { unlimited } from '../users/quota.ts'
import type { Audio, ContentDamage } from './audio.ts'
import { CheckContents, type CheckContentsDependencies, type CheckContentsInput } from './check-contents.ts'
import type { ContentFinding } from './content-finding.ts'
import { RecordFinding } from './record-finding.ts'

const bytes = someBytes(1000)
const flipped = Buffer.from(bytes).fill(bytes[500]! ^ 1, 500, 501)

describe('CheckContents', () => {
  let adapters: InMemoryAdapters
  let ownerId: UserId

  beforeEach(async () => {
    adapters = inMemoryAdapters()
    ownerId = (await anAccount(adapters)).user.id
  })

  const anUpload = async (): Promise<Audio> => {
    const content = { sizeBytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') }
    const audio = anAudio({ ownerId, content })
    await adapters.audio.insertPending(audio, unlimited)
    await adapters.contents.write(audio.id, inPieces(bytes))
    await adapters.audio.markReady(audio)
    return audio
  }

  const replace = async ({ id }: Audio, other: Uint8Array | undefined): Promise<void> => {
    await adapters.contents.remove(id)
    if (other) await adapters.contents.write(id, inPieces(other))
  }

  const findings = async (
    deps: Partial<CheckContentsDependencies> = {},
    input: CheckContentsInput = {},
  ): Promise<ContentFinding[]> => {
    const found: ContentFinding[] = []
    for await (const finding of new CheckContents({ ...adapters, ...deps }).execute(input))
      found.push(finding)
    return found
  }

  const finding = (
    { id }: Audio,
    found: ContentFinding['found'],
    recorded?: ContentDamage,
  ): ContentFinding => ({ id, ownerId, sizeBytes: bytes.length, found, recorded })

  const record = ({ id }: Audio, damage: ContentDamage) =>
    adapters.checks.record(id, { damage, verifiedAt: at(0) })

  it('finds nothing where every content has its size', async () => {
    await anUpload()
    await anUpload()
    expect(await findings()).to.deep.equal([])
  })

  it('finds what is missing, too short or too long, and records nothing', async () => {
    const [missing, short, long] = [await anUpload(), await anUpload(), await anUpload()]
    await anUpload()
    await replace(missing, undefined)
    await replace(short, bytes.subarray(1))
    await replace(long, Buffer.concat([bytes, bytes]))
    const found = [finding(missing, 'missing'), finding(short, 'short'), finding(long, 'corrupt')]
    expect(await findings()).to.deep.equal(found)
    expect(await findings()).to.deep.equal(found)
  })

  it('reads what is recorded as damaged and has its size again, whether it is whole', async () => {
    const [restored, corrupt] = [await anUpload(), await anUpload()]
    await record(restored, 'missing')
    await record(corrupt, 'missing')
    await replace(corrupt, flipped)
    expect(await findings()).to.deep.equal([
      finding(restored, 'whole', 'missing'),
      finding(corrupt, 'corrupt', 'missing'),
    ])
  })

  it('finds again what is recorded and is as it was', async () => {
    const [missing, corrupt] = [await anUpload(), await anUpload()]
    await replace(missing, undefined)
    await replace(corrupt, flipped)
    await record(missing, 'missing')
    await record(corrupt, 'corrupt')
    expect(await findings()).to.deep.equal([
      finding(missing, 'missing', 'missing'),
      finding(corrupt, 'corrupt', 'corrupt'),
    ])
  })

  it('takes nothing for a finding that is deleted while it is looked at', async () => {
    const audio = await anUpload()
    const contents: CheckContentsDependencies['contents'] = {
      stat: async (id) => {
        await adapters.audio.bury(id, ownerId)
        await adapters.contents.remove(id)
        return adapters.contents.stat(id)
      },
      open: (id) => adapters.contents.open(id),
      check: () => adapters.contents.check(),
    }
    expect(await findings({ contents })).to.deep.equal([])
    expect(await adapters.audio.find(audio.id)).to.equal(undefined)
  })

  const faulty = (check: () => Promise<void>, of: Audio): CheckContentsDependencies['contents'] => ({
    stat: async (id) => {
      if (id === of.id) throw new StorageUnavailable()
      return adapters.contents.stat(id)
    },
    open: (id) => adapters.contents.open(id),
    check,
  })

  it('tells content that cannot be asked for from a store that cannot', async () => {
    const audio = await anUpload()
    await anUpload()
    const there = faulty(async () => undefined, audio)
    const full = faulty(() => Promise.reject(new StorageFull()), audio)
    for (const contents of [there, full]) {
      expect(await findings({ contents })).to.deep.equal([finding(audio, 'unreadable')])
    }
    const away = faulty(() => Promise.reject(new StorageUnavailable()), audio)
    expect(await errorOf(findings({ contents: away }))).to.be.instanceOf(StorageUnavailable)
  })

  it('works through more than one page, tells how far it is, and stops where it is told to', async () => {
    const missing: Audio[] = []
    for (let count = 0; count < 520; count++) {
      const audio = await anUpload()
      if (count % 100 !== 0) continue
      await replace(audio, undefined)
      missing.push(audio)
    }
    const seen: number[] = []
    const found = await findings({}, { onProgress: (contents) => seen.push(contents) })
    expect(found.map(({ id }) => id)).to.deep.equal(missing.map(({ id }) => id))
    expect([seen[0], seen.at(-1)]).to.deep.equal([16, 520])
    const stop = AbortSignal.abort()
    expect(await errorOf(findings({}, { signal: stop }))).to.have.property('name', 'AbortError')
  })
})

describe('RecordFinding', () => {
  it('marks what is damaged, tells the operator once, and takes the mark back', async () => {
    const adapters = inMemoryAdapters()
    const ownerId = (await anAccount(adapters)).user.id
    const audio = anAudio({ ownerId })
    await adapters.audio.insertPending(audio, unlimited)
    await adapters.audio.markReady(audio)
    const recordFinding = new RecordFinding(adapters)
    const finding = { id: audio.id, ownerId, sizeBytes: 1000 }
    const damage = async () => (await adapters.audio.find(audio.id))?.damage

    expect(await recordFinding.execute({ ...finding, found: 'unreadable', recorded: undefined })).to.equal(
      false,
    )
    expect(await damage()).to.equal(undefined)
    expect(await recordFinding.execute({ ...finding, found: 'short', recorded: undefined })).to.equal(true)
    expect(await damage()).to.equal('short')
    expect(await recordFinding.execute({ ...finding, found: 'short', recorded: 'short' })).to.equal(true)
    expect(adapters.incidents.all).to.deep.equal([
      { kind: 'content_damaged', audioId: audio.id, cause: undefined },
    ])
    expect(await recordFinding.execute({ ...finding, found: 'whole', recorded: 'short' })).to.equal(true)
    expect(await damage()).to.equal(undefined)
    await adapters.audio.erase(audio.id)
    expect(await recordFinding.execute({ ...finding, found: 'missing', recorded: undefined })).to.equal(false)
    expect(adapters.incidents.all).to.have.lengthOf(1)
  })
})
