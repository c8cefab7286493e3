import { createHash } from 'node:crypto'
import { ContentTooLarge, NotAudio, UnsupportedAudio } from '../errors.ts'
import type { AudioFormat } from './audio-format.ts'
import { mostSniffedBytes, sniffedBytes, type AudioSniffer } from './audio-sniffer.ts'
import type { ContentFacts } from './audio.ts'

export interface InspectContentOptions {
  readonly sniffer: AudioSniffer
  readonly limitBytes: number
  /** Called with the bytes that there are so far, before they are passed on; returns a promise only where it takes time. */
  readonly makeRoom?: (sizeBytes: number) => Promise<void> | undefined
}

export interface InspectedContent {
  /** Passes the source on; throws before the first byte where it is no audio, and at the limit where it is too long. */
  readonly bytes: AsyncIterable<Uint8Array>
  /** Complete once `bytes` has ended without an error. */
  readonly facts: () => ContentFacts & { readonly format: AudioFormat }
}

/** Sniffs, counts and hashes content on its way into a store, without holding more than its first bytes. */
export function inspectContent(
  source: AsyncIterable<Uint8Array>,
  { sniffer, ...limits }: InspectContentOptions,
): InspectedContent {
  const hash = createHash('sha256')
  let sizeBytes = 0
  let format: AudioFormat | undefined
  let sha256: string | undefined

  async function* inspected(): AsyncGenerator<Uint8Array, void, undefined> {
    let [wantedBytes, head]: [number, Uint8Array[]] = [sniffedBytes, []]
    for await (const chunk of source) {
      sizeBytes += chunk.length
      const room = roomFor(sizeBytes, limits)
      if (room) await room
      hash.update(chunk)
      if (format !== undefined) {
        yield chunk
        continue
      }
      // A copy: the source may use its buffer again before these bytes are passed on.
      head.push(Uint8Array.from(chunk))
      if (sizeBytes < wantedBytes) continue
      wantedBytes = mostSniffedBytes
      format = await sniffAudio(sniffer, Buffer.concat(head))
      if (format === undefined) continue
      yield* head
      head = []
    }
    format ??= await requireAudio(sniffer, Buffer.concat(head))
    yield* head
    sha256 = hash.digest('hex')
  }

  return {
    bytes: inspected(),
    facts: () => {
      if (sha256 === undefined || format === undefined)
        throw new Error('The content has not been read to its end')
      return { sizeBytes, sha256, format }
    },
  }
}

function roomFor(
  sizeBytes: number,
  { limitBytes, makeRoom }: Omit<InspectContentOptions, 'sniffer'>,
): Promise<void> | undefined {
  if (sizeBytes > limitBytes) throw new ContentTooLarge(limitBytes)
  return makeRoom?.(sizeBytes)
}

/**
 * The format, by all the first bytes that there are.
 * @throws NotAudio, UnsupportedAudio
 */
export async function requireAudio(sniffer: AudioSniffer, head: Uint8Array): Promise<AudioFormat> {
  if (head.length === 0) throw new NotAudio('empty')
  const format = await sniffAudio(sniffer, head)
  if (format === undefined) throw new NotAudio('unknown')
  return format
}

/**
 * The format; `undefined` if the sniffer needs more bytes.
 * @throws NotAudio, UnsupportedAudio
 */
export async function sniffAudio(sniffer: AudioSniffer, head: Uint8Array): Promise<AudioFormat | undefined> {
  const result = await sniffer.sniff(head)
  if (result.verdict === 'unsupported') throw new UnsupportedAudio(result.format)
  if (result.verdict === 'not-audio') throw new NotAudio('unknown')
  if (result.verdict === 'audio') return result.format
  if (head.length >= mostSniffedBytes) throw new NotAudio('unknown')
  return undefined
}
