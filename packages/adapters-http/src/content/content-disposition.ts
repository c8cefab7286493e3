/**
 * RFC 6266 with RFC 8187: a name that every client can read, and the true one for those that can.
 * Safe for any string: nothing of it can end the header or the quotes, reorder the text, or name a path.
 */
export function contentDisposition(type: 'inline' | 'attachment', fileName: string): string {
  const name = safeName(fileName)
  // Backslash and percent sign are read differently by different clients (RFC 6266 appendix D).
  const plain = name.replace(/[^\x20-\x7e]|["%]/gu, '_')
  const parameter = `${type}; filename="${plain}"`
  return plain === name ? parameter : `${parameter}; filename*=UTF-8''${encodeExtended(name)}`
}

const maxNameLength = 255

function safeName(fileName: string): string {
  const printable = fileName
    .toWellFormed()
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '')
    .replace(/[/\\]/g, '_')
  const name = [...printable].slice(0, maxNameLength).join('').trim()
  return /^\.*$/.test(name) ? 'audio' : name
}

/** RFC 8187 section 3.2.1: these four are no attr-char, and `encodeURIComponent` leaves them as they are. */
const encodeExtended = (text: string): string =>
  encodeURIComponent(text).replace(/['()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`)
