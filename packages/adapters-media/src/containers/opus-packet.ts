const frameSamples = (config: number): number => {
  if (config < 12) return [480, 960, 1920, 2880][config & 3] ?? 0
  return config < 16 ? 480 * (1 + (config & 1)) : 120 * 2 ** (config & 3)
}

/** The samples of an Opus packet at 48 kHz, by its first two bytes (RFC 6716 section 3.1). */
export function opusSamples(packet: Buffer): number {
  const toc = packet[0]
  if (toc === undefined) return 0
  const code = toc & 3
  const frames = code === 0 ? 1 : code < 3 ? 2 : (packet[1] ?? 0) & 63
  return frames * frameSamples(toc >>> 3)
}
