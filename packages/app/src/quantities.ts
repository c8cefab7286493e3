const multiples = { B: 1, KB: 1e3, MB: 1e6, GB: 1e9, KIB: 1024, MIB: 1024 ** 2, GIB: 1024 ** 3 } as const

/** `20MB`, `1.5 GiB` or a plain number of bytes; `undefined` for anything else, and for none at all. */
export function parseBytes(text: string): number | undefined {
  const match = /^(\d{1,9}(?:\.\d{1,6})?) ?([KMG]i?B|B)?$/i.exec(text.trim())
  if (!match) return undefined
  const unit = (match[2] ?? 'B').toUpperCase() as keyof typeof multiples
  const bytes = Math.floor(Number(match[1]) * multiples[unit])
  return bytes > 0 ? bytes : undefined
}

/** In the largest unit of which there is one, to a tenth: `20.0 MB`. */
export function formatBytes(bytes: number): string {
  for (const unit of ['GB', 'MB', 'KB'] as const) {
    if (bytes >= multiples[unit]) return `${(bytes / multiples[unit]).toFixed(1)} ${unit}`
  }
  return `${bytes} B`
}

/** `1 file`, `2 files`. */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${count} ${count === 1 ? one : many}`
