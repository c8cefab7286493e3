/** The magic cookie of Apple Lossless, which is more exact than the headers around it. */
export function readAlacCookie(cookie: Buffer) {
  if (cookie.length < 24) return undefined
  return { bitDepth: cookie.readUInt8(5), channels: cookie.readUInt8(9), sampleRate: cookie.readUInt32BE(20) }
}
