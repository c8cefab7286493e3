import { UploadNotFound } from '@audiohost/core'
import { z } from 'zod'
import { route } from '../route.ts'
import { audioId } from '../schemas/audio.ts'
import { partType, uploadsPath } from '../tus/tus-protocol.ts'
import { HttpProblem } from '../problem.ts'

const params = z.object({ id: audioId })
const path = `${uploadsPath}/{id}`

const version = { 'Tus-Resumable': z.literal('1.0.0') }
const checksum = {
  'Upload-Checksum': z
    .string()
    .optional()
    .meta({ description: '`sha1`, `sha256` or `md5`, a space, and that of this body in base64' }),
  'Content-Digest': z.string().optional().meta({ description: '`sha-256` of this body (RFC 9530)' }),
}
const length = z.string().optional().meta({ description: 'How many bytes the whole file has' })

const named = {
  'Audio-Id': 'The audio that the upload has become, with its last byte',
  'Content-Location': 'Path of its content',
}
const progress = {
  'Tus-Resumable': '`1.0.0`',
  'Upload-Offset': 'How many bytes are stored for good',
  'Upload-Expires': 'Until when the upload can be continued',
  ...named,
}

const storing = [
  'upload_busy',
  'invalid_input',
  'not_audio',
  'audio_too_complex',
  'unsupported_audio',
  'content_too_large',
  'upload_length_exceeded',
  'upload_aborted',
  'digest_mismatch',
  'checksum_mismatch',
  'quota_exceeded',
  'upload_interrupted',
  'upload_too_fragmented',
  'precondition_failed',
  'storage_full',
  'storage_unavailable',
  'too_busy',
  'upload_damaged',
] as const

const capabilities = {
  description: 'Versions, extensions, limit and checksums, in headers',
  body: 'none',
  headers: {
    'Tus-Version': '`1.0.0`',
    'Tus-Extension': 'The extensions that can be used',
    'Tus-Max-Size': 'The largest file in bytes',
    'Tus-Checksum-Algorithm': 'For `Upload-Checksum`',
  },
} as const

const describeUploads = route({
  name: 'describeUploads',
  method: 'options',
  path: uploadsPath,
  summary: 'What the tus server can do',
  tag: 'Audio',
  access: 'public',
  replies: { 204: capabilities },
  errors: [],
  async handle(_request, { tus }) {
    return { status: 204, headers: tus.capabilities }
  },
})

const beginUpload = route({
  name: 'beginUpload',
  method: 'post',
  path: uploadsPath,
  summary: 'Begin an upload that can be continued (tus 1.0)',
  description:
    'Give a tus client this address. `Upload-Metadata` may have `filename`, `title` and `description`; `Repr-Digest` is ' +
    'compared with the whole file. A body of the part type is the first part. Whatever has been acknowledged survives a lost connection ' +
    'and a crash of the server, and is continued on any node. `Tus-Resumable` is in every answer but to OPTIONS. `X-HTTP-Method-Override` is ' +
    'not taken (405): what stands before the server and goes by the method must see the one that is carried out.',
  tag: 'Audio',
  access: 'user',
  headers: z.object({
    ...version,
    'Upload-Length': length,
    'Upload-Defer-Length': z.string().optional().meta({ description: '`1` where the length is told later' }),
    'Upload-Metadata': z.string().optional().meta({ description: 'Pairs of a name and a value in base64' }),
    'Repr-Digest': z.string().optional().meta({ description: '`sha-256` of the whole file (RFC 9530)' }),
    ...checksum,
  }),
  body: { kind: 'part' },
  replies: {
    201: {
      description: 'The upload',
      body: 'none',
      headers: { Location: 'Path of the upload', ...progress },
    },
  },
  ignoresIdempotencyKey: true,
  errors: storing,
  async handle({ actor, client, headers, body }, { tus }) {
    requirePartType(headers['content-type'], body.hasBytes)
    const reply = await tus.handle('POST', { actor, id: undefined, headers, part: body, gone: client.gone })
    return { status: 201, headers: reply.headers }
  },
})

const describeUpload = route({
  name: 'describeUpload',
  method: 'options',
  path,
  summary: 'What the tus server can do',
  tag: 'Audio',
  access: 'public',
  params,
  absent: UploadNotFound,
  replies: { 204: capabilities },
  errors: ['upload_not_found'],
  async handle(_request, { tus }) {
    return { status: 204, headers: tus.capabilities }
  },
})

const findUpload = route({
  name: 'findUpload',
  method: 'head',
  path,
  summary: 'How far an upload has come',
  description:
    'Takes the upload over from a request that still works on it: that one keeps what it has received and ends.',
  tag: 'Audio',
  access: 'upload',
  params,
  absent: UploadNotFound,
  headers: z.object(version),
  replies: {
    200: {
      description: 'In headers',
      body: 'none',
      headers: {
        ...progress,
        'Upload-Length': 'How many bytes the whole has, once that is known',
        'Upload-Defer-Length': '`1` as long as it is not',
        'Upload-Metadata': 'As it was given',
      },
    },
  },
  errors: ['upload_not_found', ...storing],
  async handle({ actor, client, params: { id }, headers }, { tus }) {
    const reply = await tus.handle('HEAD', { actor, id, headers, part: undefined, gone: client.gone })
    return { status: 200, headers: reply.headers }
  },
})

const appendToUpload = route({
  name: 'appendToUpload',
  method: 'patch',
  path,
  summary: 'Continue an upload',
  description:
    'Appends bytes to those that are stored. Also accepts an access token that has expired since the upload was ' +
    'created, while its session lives. A broken connection loses nothing that arrived, unless a checksum ' +
    'covers the whole body. With the last byte the upload becomes audio, which the answer names. A request that repeats an offset gets 409 with ' +
    'the current `Upload-Offset` and, if the upload has become audio, its `Audio-Id`. If what was stored before turns out to ' +
    'be damaged or lost, the upload is gone after this answer (`upload_damaged`): begin a new one.',
  tag: 'Audio',
  access: 'upload',
  params,
  absent: UploadNotFound,
  headers: z.object({
    ...version,
    'Upload-Offset': z.string().meta({ description: 'How many bytes are stored already' }),
    'Upload-Length': length,
    ...checksum,
  }),
  body: { kind: 'part' },
  replies: { 204: { description: 'The bytes are on stable storage', body: 'none', headers: progress } },
  ignoresIdempotencyKey: true,
  errors: ['upload_not_found', 'upload_offset_conflict', ...storing],
  async handle({ actor, client, params: { id }, headers, body }, { tus }) {
    requirePartType(headers['content-type'], true)
    const reply = await tus.handle('PATCH', { actor, id, headers, part: body, gone: client.gone })
    return { status: 204, headers: reply.headers }
  },
})

const cancelUpload = route({
  name: 'cancelUpload',
  method: 'delete',
  path,
  summary: 'Give an upload up',
  description: 'Also while another request works on it. What has become audio is deleted as audio.',
  tag: 'Audio',
  access: 'upload',
  params,
  absent: UploadNotFound,
  headers: z.object(version),
  replies: {
    204: {
      description: 'Nothing of the upload is left',
      body: 'none',
      headers: { 'Tus-Resumable': '`1.0.0`' },
    },
  },
  ignoresIdempotencyKey: true,
  errors: ['upload_not_found', 'upload_busy', 'precondition_failed'],
  async handle({ actor, client, params: { id }, headers }, { tus }) {
    const reply = await tus.handle('DELETE', { actor, id, headers, part: undefined, gone: client.gone })
    return { status: 204, headers: reply.headers }
  },
})

function requirePartType(type: string | undefined, hasBytes: boolean): void {
  if (!hasBytes || type?.toLowerCase() === partType) return
  throw new HttpProblem({
    status: 415,
    code: 'unsupported_media_type',
    detail: `Send the bytes of an upload as ${partType}`,
  })
}

export const uploadRoutes = [
  describeUploads,
  beginUpload,
  describeUpload,
  findUpload,
  appendToUpload,
  cancelUpload,
]
