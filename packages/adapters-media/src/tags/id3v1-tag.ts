import { id3Genres } from './id3-genres.ts'
import { TagBlock } from './tag-block.ts'

export const id3v1Bytes = 128

/** Fields of a fixed width; version 1.1 has the track in the last byte of the comment. */
export function readId3v1Tag(tag: Buffer): TagBlock {
  const block = new TagBlock()
  const field = (start: number, end: number): Buffer => trimmed(tag.subarray(start, end))
  block.add('TITLE', field(3, 33))
  block.add('ARTIST', field(33, 63))
  block.add('ALBUM', field(63, 93))
  block.add('YEAR', field(93, 97))
  const track = tag[125] === 0 ? (tag[126] ?? 0) : 0
  block.add('COMMENT', field(97, track > 0 ? 125 : 127))
  if (track > 0) block.add('TRACKNUMBER', track.toString())
  block.add('GENRE', id3Genres[tag[127] ?? 255] ?? '')
  return block
}

function trimmed(field: Buffer): Buffer {
  const end = field.indexOf(0)
  const text = end < 0 ? field : field.subarray(0, end)
  let length = text.length
  while (length > 0 && text[length - 1] === 0x20) length--
  return Buffer.from(text.subarray(0, length))
}
