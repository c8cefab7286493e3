import { buffer } from 'node:stream/consumers'
import type { AudioContentStore, ByteRange } from '../audio/audio-content-store.ts'
import type { ContentLinks, LinkTerms } from '../audio/content-links.ts'
import { secondsAfter, type Clock } from '../clock.ts'
import type { AudioId } from '../ids.ts'
import { seal } from './fake-seal.ts'

/** What a storage answers to somebody who follows a link. */
export interface FollowedLink {
  readonly status: number
  readonly contentType?: string | null
  readonly contentDisposition?: string | null
  readonly bytes?: Uint8Array
}

interface FakeContentLinksOptions {
  readonly contents: Pick<AudioContentStore, 'open'>
  readonly clock: Clock
}

/** Links into a storage that only `follow` can reach. */
export class FakeContentLinks implements ContentLinks {
  readonly #contents: Pick<AudioContentStore, 'open'>
  readonly #clock: Clock

  constructor({ contents, clock }: FakeContentLinksOptions) {
    this.#contents = contents
    this.#clock = clock
  }

  async linkTo(id: AudioId, { contentType, contentDisposition, expiresInSeconds }: LinkTerms): Promise<URL> {
    const link = new URL(`https://storage.example.com/${id}`)
    link.searchParams.set('type', contentType)
    link.searchParams.set('disposition', contentDisposition)
    link.searchParams.set('expires', secondsAfter(this.#clock.now(), expiresInSeconds).toISOString())
    link.searchParams.set('signature', signatureOf(link))
    return link
  }

  async follow(link: URL, range?: ByteRange): Promise<FollowedLink> {
    const { searchParams: query, pathname } = link
    if (query.get('signature') !== signatureOf(link)) return { status: 403 }
    if (new Date(query.get('expires') ?? NaN) <= this.#clock.now()) return { status: 400 }
    const content = await this.#contents.open(pathname.slice(1) as AudioId, range)
    if (!content) return { status: 404 }
    const [contentType, contentDisposition] = [query.get('type'), query.get('disposition')]
    return { status: range ? 206 : 200, contentType, contentDisposition, bytes: await buffer(content) }
  }
}

function signatureOf({ pathname, searchParams }: URL): string {
  const signed = [...searchParams].filter(([name]) => name !== 'signature').flat()
  return seal('link', [pathname, ...signed])
}
