/** A value of type `T` that only the named parsing seam can make. */
export type Branded<T, Name extends string> = T & { readonly __brand: Name }

export type UserId = Branded<string, 'UserId'>
export type SessionId = Branded<string, 'SessionId'>
export type AudioId = Branded<string, 'AudioId'>

/** Makes ids that sort by the time they were made (UUIDv7, RFC 9562 section 5.7), lower-case. */
export interface IdGenerator {
  next(): string
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

/** The id in its canonical lower-case form; `undefined` where the text is no UUID. */
export const parseUserId = (text: string): UserId | undefined => parseUuid(text) as UserId | undefined
export const parseSessionId = (text: string): SessionId | undefined =>
  parseUuid(text) as SessionId | undefined
export const parseAudioId = (text: string): AudioId | undefined => parseUuid(text) as AudioId | undefined

function parseUuid(text: string): string | undefined {
  const canonical = text.toLowerCase()
  return uuid.test(canonical) ? canonical : undefined
}

export const newUserId = (ids: IdGenerator): UserId => ids.next() as UserId
export const newSessionId = (ids: IdGenerator): SessionId => ids.next() as SessionId
export const newAudioId = (ids: IdGenerator): AudioId => ids.next() as AudioId
