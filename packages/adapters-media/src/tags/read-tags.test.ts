import { expect } from 'chai'
import { contentOf } from '../../samples/content-of.ts'
import { samples } from '../../samples/samples.ts'
import { id3v2, textFrame } from '../../samples/tagged.ts'
import { BufferedContent, defaultProbeLimits, type ProbeLimits } from '../buffered-content.ts'
import { readTags } from './read-tags.ts'

const read = (bytes: Buffer, format: (typeof samples)[number]['format'], limits: Partial<ProbeLimits> = {}) =>
  readTags(new BufferedContent(contentOf(bytes), { ...defaultProbeLimits, ...limits }), { format })

describe('readTags', () => {
  const inFront = id3v2(4, [textFrame('TIT2', 'In front'), textFrame('TMOO', 'Of ID3')])

  for (const { name, format, bytes, media } of samples.filter(({ name }) => name.startsWith('spoken/')))
    it(`reads the tags of ${name} behind an ID3 tag, which adds what they do not have`, async () => {
      const { tags, hasCover } = await read(Buffer.concat([inFront, bytes]), format)
      const own = format === 'mp3' ? {} : media.tags
      expect(tags).to.include({ title: 'In front', mood: 'Of ID3', ...own })
      if (format !== 'mp3') expect(hasCover).to.equal(media.hasCover)
    })

  it('keeps what it has read when the content costs too much', async () => {
    const { bytes } = samples.find(({ name }) => name === 'spoken/vbr-cover.mp3') ?? {
      bytes: Buffer.alloc(0),
    }
    const padded = Buffer.concat([inFront, Buffer.alloc(200_000), bytes])
    expect((await read(padded, 'mp3', { reads: 1 })).tags).to.deep.equal({
      title: 'In front',
      mood: 'Of ID3',
    })
    expect((await read(padded, 'mp3', { reads: 0 })).tags).to.deep.equal({})
  })
})
