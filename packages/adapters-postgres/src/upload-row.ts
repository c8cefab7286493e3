import type { AudioId, Upload, UploadMetadata, UploadPart, UserId } from '@audiohost/core'

export interface UploadRow {
  readonly id: AudioId
  readonly audio_id: AudioId
  readonly owner_id: UserId
  readonly is_finished: boolean
  readonly length_bytes: number | null
  readonly offset_bytes: number
  readonly file_name: string | null
  readonly title: string | null
  readonly description: string | null
  readonly metadata: UploadMetadata
  readonly expected_sha256: readonly string[]
  readonly created_at: Date
  readonly expires_at: Date
}

export interface UploadPartRow {
  readonly id: AudioId
  readonly offset_bytes: number
  readonly size_bytes: number
  readonly sha256: string
}

export const toUpload = (row: UploadRow): Upload => ({
  id: row.id,
  ownerId: row.owner_id,
  lengthBytes: row.length_bytes ?? undefined,
  offsetBytes: row.offset_bytes,
  fileName: row.file_name ?? undefined,
  title: row.title ?? undefined,
  description: row.description ?? undefined,
  metadata: row.metadata,
  expectedSha256: row.expected_sha256,
  createdAt: row.created_at,
  expiresAt: row.expires_at,
  audioId: row.is_finished ? row.audio_id : undefined,
})

export const toUploadPart = (row: UploadPartRow): UploadPart => ({
  id: row.id,
  offsetBytes: row.offset_bytes,
  sizeBytes: row.size_bytes,
  sha256: row.sha256,
})

export const newUploadRow = (upload: Upload) => ({
  id: upload.id,
  owner_id: upload.ownerId,
  length_bytes: upload.lengthBytes ?? null,
  offset_bytes: upload.offsetBytes,
  file_name: upload.fileName ?? null,
  title: upload.title ?? null,
  description: upload.description ?? null,
  metadata: JSON.stringify(upload.metadata),
  expected_sha256: [...upload.expectedSha256],
  created_at: upload.createdAt,
  expires_at: upload.expiresAt,
})
