import {
  AbstractTokenizer,
  EndOfStreamError,
  type IRandomAccessTokenizer,
  type IReadChunkOptions,
} from 'strtok3'
import type { BufferedContent } from './buffered-content.ts'

/** Lets music-metadata read content at any place: over a plain stream it tells no duration of ogg, opus and aac. */
export class ContentTokenizer extends AbstractTokenizer implements IRandomAccessTokenizer {
  readonly fileInfo: { readonly size: number; readonly path: string }
  readonly #content: BufferedContent

  /** music-metadata chooses its parser by the extension at the end of `path`. */
  constructor(content: BufferedContent, path: string) {
    super({ maxBufferSize: content.limits.pieceBytes })
    this.#content = content
    this.fileInfo = { size: content.sizeBytes, path }
  }

  supportsRandomAccess(): boolean {
    return true
  }

  setPosition(position: number): void {
    this.validateLength(position, 'position')
    this.position = position
  }

  async readBuffer(target: Uint8Array, options?: IReadChunkOptions): Promise<number> {
    const { position } = this.normalizeOptions(target, options)
    const length = await this.peekBuffer(target, options)
    this.position = position + length
    return length
  }

  async peekBuffer(target: Uint8Array, options?: IReadChunkOptions): Promise<number> {
    const { position, length, mayBeLess } = this.normalizeOptions(target, options)
    const bytes = await this.#content.read(position, length)
    if (bytes.length < length && mayBeLess !== true) throw new EndOfStreamError()
    target.set(bytes)
    return bytes.length
  }

  /** Lengths past any file, such as that of a live WebM cluster, mean "to the end". */
  override async ignore(length: number): Promise<number> {
    if (!(length >= 0)) throw new RangeError('A negative length cannot be skipped')
    const skipped = Math.min(length, Math.max(0, this.fileInfo.size - this.position))
    this.position += skipped
    return skipped
  }
}
