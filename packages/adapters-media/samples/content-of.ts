import type { RandomAccessContent } from '@audiohost/core'

export const contentOf = (bytes: Uint8Array): RandomAccessContent => ({
  sizeBytes: bytes.length,
  read: async (start, end) => bytes.slice(start, end),
})
