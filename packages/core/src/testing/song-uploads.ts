import { createHash } from 'node:crypto'
import { expect } from 'chai'
import type { AudioId } from '../ids.ts'
import type { InMemoryAdapters } from '../in-memory/index.ts'
import { AppendToUpload, type AppendToUploadDependencies } from '../uploads/append-to-upload.ts'
import { BeginUpload, type BeginUploadInput } from '../uploads/begin-upload.ts'
import { FindUpload } from '../uploads/find-upload.ts'
import type { PartLimits } from '../uploads/part-source.ts'
import type { Upload } from '../uploads/upload.ts'
import type { Account } from './an-account.ts'
import { bytesOf, inPieces, isSame, someBytes } from './bytes.ts'

export const song = Buffer.concat([Buffer.from('ID3'), someBytes(99_997)])
const sha256 = createHash('sha256').update(song).digest('hex')

interface Append {
  /** Which bytes of the song; to its end unless told. */
  readonly from: number
  readonly to?: number
  readonly content?: AsyncIterable<Uint8Array>
  readonly lengthBytes?: number
  readonly isAtomic?: boolean
  readonly deps?: Partial<AppendToUploadDependencies>
  readonly partLimits?: PartLimits
}

/** Uploads the song in parts, and looks what came of it. */
export class SongUploads {
  readonly #adapters: InMemoryAdapters
  readonly #account: Account

  constructor(adapters: InMemoryAdapters, account: Account) {
    this.#adapters = adapters
    this.#account = account
  }

  begin(input: Partial<BeginUploadInput> = {}): Promise<Upload> {
    const { actor } = this.#account
    return new BeginUpload(this.#adapters).execute({
      actor,
      lengthBytes: song.length,
      fileName: 'song.mp3',
      ...input,
    })
  }

  append(
    id: AudioId,
    { from, to = song.length, content, deps, partLimits, ...input }: Append,
  ): Promise<Upload> {
    return new AppendToUpload({ ...this.#adapters, ...deps }, partLimits).execute({
      actor: this.#account.actor,
      id,
      offsetBytes: from,
      content: content ?? inPieces(song.subarray(from, to)),
      ...input,
    })
  }

  find(id: AudioId, { actor } = this.#account): Promise<Upload> {
    return new FindUpload(this.#adapters).execute({ actor, id })
  }

  async storedIds(): Promise<AudioId[]> {
    const ids: AudioId[] = []
    for await (const { id } of this.#adapters.contents.list()) ids.push(id)
    return ids
  }

  /** The upload has become the song, and nothing else is left of it. */
  async expectSong({ audioId }: Upload): Promise<void> {
    const audio = audioId && (await this.#adapters.audio.find(audioId))
    if (!audio) throw new Error('The upload has not become audio')
    expect(audio).to.include({ ownerId: this.#account.user.id, fileName: 'song.mp3', title: 'song' })
    expect(audio.content).to.deep.equal({ sizeBytes: song.length, sha256 })
    expect(isSame(await bytesOf(await this.#adapters.contents.open(audio.id)), song)).to.equal(true)
    expect(await this.storedIds()).to.deep.equal([audio.id])
  }
}

/** Bytes that come, and then an error. */
export async function* breaking(bytes: Uint8Array, error: Error): AsyncGenerator<Uint8Array> {
  yield* inPieces(bytes)
  throw error
}
