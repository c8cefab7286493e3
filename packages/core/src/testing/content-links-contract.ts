import { expect } from 'chai'
import type { AudioContentStore, ByteRange } from '../audio/audio-content-store.ts'
import type { ContentLinks } from '../audio/content-links.ts'
import type { FollowedLink } from '../in-memory/fake-content-links.ts'
import type { AudioId } from '../ids.ts'
import { anAudio } from './builders.ts'
import { inPieces, isSame, someBytes } from './bytes.ts'

export interface ContentLinksHarness {
  /** Fresh and empty. */
  readonly store: AudioContentStore
  readonly links: ContentLinks
  /** As a client without any credentials. */
  follow(link: URL, range?: ByteRange): Promise<FollowedLink>
  /** Lets time pass for the storage. */
  readonly later?: (seconds: number) => void
}

export interface ContentLinksContract {
  readonly make: () => Promise<ContentLinksHarness>
  /** What the storage under test looks at: an emulator may answer whoever comes, and time may not be the test's to move. */
  readonly checks?: 'signature and time' | 'signature' | 'nothing'
}

const terms = {
  contentType: 'audio/flac',
  contentDisposition: `attachment; filename="a _b & c=d.flac"; filename*=UTF-8''a%20%22b%20%26%20c%3Dd%C3%A9.flac`,
  expiresInSeconds: 60,
}

/** What every store promises that offers `ContentLinks`. */
export function contentLinksContract({ make, checks = 'signature and time' }: ContentLinksContract): void {
  const bytes = someBytes(100_000)
  let harness: ContentLinksHarness
  let id: AudioId

  beforeEach(async () => {
    harness = await make()
    id = anAudio().id
    await harness.store.write(id, inPieces(bytes))
  })

  describe('linkTo', () => {
    it('leads to the bytes, said to be what the terms say', async () => {
      const link = await harness.links.linkTo(id, terms)
      const reply = await harness.follow(link)
      expect(reply).to.include({
        status: 200,
        contentType: terms.contentType,
        contentDisposition: terms.contentDisposition,
      })
      expect(isSame(reply.bytes ?? Buffer.alloc(0), bytes)).to.equal(true)
    })

    it('leads to ranges too, as often as they are asked for', async () => {
      const link = await harness.links.linkTo(id, terms)
      for (const [start, end] of [
        [0, 0],
        [1000, 64_999],
        [99_999, 99_999],
      ] as const) {
        const reply = await harness.follow(link, { start, end })
        expect(reply.status).to.equal(206)
        expect(isSame(reply.bytes ?? Buffer.alloc(0), bytes.subarray(start, end + 1))).to.equal(true)
      }
    })

    it('looks nothing up: a link to no content answers 404', async () => {
      const link = await harness.links.linkTo(anAudio().id, terms)
      expect((await harness.follow(link)).status).to.equal(404)
    })

    if (checks === 'nothing') return

    if (checks === 'signature and time') {
      it('expires', async () => {
        const link = await harness.links.linkTo(id, terms)
        harness.later?.(terms.expiresInSeconds - 2)
        expect((await harness.follow(link)).status).to.equal(200)
        harness.later?.(3)
        const reply = await harness.follow(link)
        expect(reply.status).to.be.within(400, 403)
        expect(reply.bytes).to.equal(undefined)
      })
    }

    it('leads to no other content', async () => {
      const other = anAudio().id
      await harness.store.write(other, inPieces(someBytes(10, 'other')))
      const link = await harness.links.linkTo(id, terms)
      link.pathname = link.pathname.replace(id, other)
      expect(link.pathname).to.include(other)
      expect((await harness.follow(link)).status).to.be.within(400, 403)
    })

    it('cannot be changed, and is nothing without its signature', async () => {
      const link = await harness.links.linkTo(id, terms)
      for (const name of link.searchParams.keys()) {
        const [changed, shortened] = [new URL(link), new URL(link)]
        changed.searchParams.set(name, `${link.searchParams.get(name) ?? ''}1`)
        shortened.searchParams.delete(name)
        for (const altered of [changed, shortened]) {
          expect((await harness.follow(altered)).status, altered.href).to.be.within(400, 403)
        }
      }
    })
  })
}
