import { Readable } from 'node:stream'
import { expect } from 'chai'
import { StorageUnavailable } from '../errors.ts'
import {
  anAudio,
  bytesOf,
  inMemoryAdapters,
  InMemoryAudioContentStore,
  inPieces,
  someBytes,
} from '../testing/index.ts'
import { copyContent, type CopyOutcome } from './copy-content.ts'

describe('copyContent', () => {
  const remains = Buffer.from('all that is left')
  const { id, ownerId, content } = anAudio()

  const copyOver = async (
    source: () => AsyncGenerator<Uint8Array>,
    stat?: () => Promise<never>,
  ): Promise<CopyOutcome> => {
    const { contents } = inMemoryAdapters()
    const store = new InMemoryAudioContentStore()
    await store.write(id, inPieces(remains))
    const to = Object.assign(store, stat && { stat })
    const from = { open: async () => Readable.from(source()), check: () => contents.check() }
    const found = { find: async () => anAudio({ id, ownerId }) }
    const row = { id, ownerId, ...content }
    const { signal } = new AbortController()
    const outcome = await copyContent({ audio: found, from, to }, row, {
      verify: false,
      signal,
      onBytes: () => undefined,
    })
    expect(await bytesOf(await to.open(id))).to.deep.equal(remains)
    return outcome
  }

  async function* damaged() {
    yield someBytes(1000)
  }
  async function* cut() {
    yield someBytes(1000)
    throw new StorageUnavailable()
  }

  it('keeps what is at the target where the source is damaged', async () => {
    expect(await copyOver(damaged)).to.equal('source_damaged')
  })

  it('keeps what is at the target where the source cannot be read', async () => {
    expect(await copyOver(cut)).to.equal('source_unreadable')
  })

  it('keeps what the target could not tell of for a moment', async () => {
    expect(await copyOver(damaged, () => Promise.reject(new StorageUnavailable()))).to.equal('source_damaged')
  })
})
