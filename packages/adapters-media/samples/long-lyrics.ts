import { sample } from './samples.ts'
import { flacBlock, flacWith, vorbisComments } from './tagged.ts'

const block = 64 * 1024
const lyrics = `LYRICS=${'la '.repeat(block)}`

/** Lyrics that only a reader of tags reads. */
export const flacWithLongLyrics = flacWith(sample('sweep/tagged.flac').bytes, [
  flacBlock(4, vorbisComments(['TITLE=Long', lyrics])),
])

/** Whether the range has the lyrics in it. The container is read in small pieces from the start and the end. */
export const isOfLyrics = (start: number, end: number): boolean => start <= block && end >= 2 * block
