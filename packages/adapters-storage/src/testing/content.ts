import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { expect } from 'chai'
import { parseAudioId, type AudioContentStore, type AudioId, type IsInFlight } from '@audiohost/core'

/** Ids of UUIDv7's form that differ in their last digits. */
export function anAudioId(number = 1): AudioId {
  const id = parseAudioId(`0190a0b0-c0d0-7000-8000-${number.toString(16).padStart(12, '0')}`)
  if (id === undefined) throw new Error('No UUID')
  return id
}

export const sourceOf = (...chunks: readonly (string | Uint8Array)[]): AsyncIterable<Uint8Array> =>
  Readable.from(chunks.map((chunk) => Buffer.from(chunk)))

export const nobodyWrites: IsInFlight = async () => false

export async function bytesOf(store: AudioContentStore, id: AudioId): Promise<Buffer | undefined> {
  const content = await store.open(id)
  return content && buffer(content)
}

export async function idsIn(store: AudioContentStore): Promise<AudioId[]> {
  const ids: AudioId[] = []
  for await (const content of store.list()) ids.push(content.id)
  return ids
}

/** The error that the promise rejects with, which is of this class. */
export async function rejectionOf<E extends Error>(
  promise: Promise<unknown>,
  Class: abstract new (...values: never[]) => E,
): Promise<E> {
  try {
    await promise
  } catch (error) {
    expect(error).to.be.instanceOf(Class)
    return error as E
  }
  throw new Error(`Expected ${Class.name}, but the promise resolved`)
}
