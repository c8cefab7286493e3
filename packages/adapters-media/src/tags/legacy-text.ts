/**
 * Decodes the texts of one file whose encoding the file does not name: ID3v1, Latin-1 frames of ID3v2, RIFF INFO, and
 * bytes that claim to be UTF-8 and are not. All texts of a file come together.
 */
export const decodeLegacyTexts = (texts: readonly Buffer[]): readonly string[] => texts.map(decode)

function decode(text: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(text)
  } catch {
    return new TextDecoder('windows-1252').decode(text)
  }
}
