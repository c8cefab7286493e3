import { maxChapters, type RawChapter, type TagBlock, type TagValue } from './tag-block.ts'

const chapterName = /^CHAPTER(\d{1,4})(NAME|URL)?$/
const time = /^(\d{1,4}):(\d{1,2}):(\d{1,2}(?:\.\d{1,9})?)$/

export const isChapterName = (name: string): boolean => chapterName.test(name)

/** The chapter extension of Vorbis comments: CHAPTER001=00:00:00.000 and CHAPTER001NAME=Title, in any order. */
export class VorbisChapters {
  readonly #chapters = new Map<number, Partial<RawChapter>>()

  /** Returns whether the comment belongs to a chapter. */
  add(name: string, value: TagValue): boolean {
    const [, digits, part] = chapterName.exec(name) ?? []
    if (digits === undefined) return false
    const number = Number(digits)
    if (this.#chapters.size >= maxChapters && !this.#chapters.has(number)) return true
    const chapter = this.#chapters.get(number)
    if (part === 'NAME') this.#chapters.set(number, { ...chapter, title: value })
    const startSeconds = part === undefined ? secondsOf(value) : undefined
    if (startSeconds !== undefined) this.#chapters.set(number, { ...chapter, startSeconds })
    return true
  }

  addTo(block: TagBlock): void {
    for (const { startSeconds, title } of this.#chapters.values())
      if (startSeconds !== undefined) block.addChapter({ startSeconds, title })
  }
}

function secondsOf(value: TagValue): number | undefined {
  const [, hours, minutes, seconds] = time.exec(value.toString().trim()) ?? []
  return seconds === undefined ? undefined : Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)
}
