/** Bytes at any position of stored content, or of a part of it. */
export interface ContentView {
  readonly sizeBytes: number
  /** The number of reads that the storage has served so far. */
  readonly reads: number
  /** At most `length` bytes from `start`; fewer only at the end. */
  read(start: number, length: number): Promise<Buffer>
}

/** The part of `content` from `start` to `end`, with positions that count from `start`. */
export function viewOf(content: ContentView, start: number, end = content.sizeBytes): ContentView {
  if (start === 0 && end === content.sizeBytes) return content
  const sizeBytes = Math.max(0, Math.min(end, content.sizeBytes) - start)
  return {
    sizeBytes,
    get reads() {
      return content.reads
    },
    read: (at, length) => content.read(start + at, Math.max(0, Math.min(length, sizeBytes - at))),
  }
}
