import { AudioNotFound, contentTypeOf, type OpenedAudio } from '@audiohost/core'
import { z } from 'zod'
import { describeContent, planContentReply, type ContentPlan } from '../content/content-reply.ts'
import { canHandOver, handedOver } from '../content/hand-over.ts'
import { streamPieces } from '../content/stream-pieces.ts'
import { route } from '../route.ts'
import { audioId } from '../schemas/audio.ts'

const contentTypes = Object.values(contentTypeOf)

const contentHeaders = {
  ETag: 'Strong; made from the SHA-256 of the bytes',
  'Last-Modified': 'When the bytes were stored',
  'Accept-Ranges': '`bytes`',
  'Repr-Digest': 'SHA-256 of the whole content (RFC 9530)',
  'Content-Disposition': '`attachment` with `download`, else `inline`; with the file name (RFC 6266)',
}

export const streamContent = route({
  name: 'getAudioContent',
  method: 'get',
  path: '/v1/audio/file/{id}',
  summary: 'The bytes of one audio, whole or in part',
  description:
    'Takes `Range` with up to 16 ranges, `If-Range` and the conditions of RFC 9110 section 13. HEAD answers the same without a body. ' +
    'The cookie `media` is enough, so a media element plays for as long as the session lives. ' +
    'Where the service is set to, GET leads to the bytes in the storage (302) instead of sending them; the conditions are then ' +
    "looked at here, and `Range` there, and the storage's `ETag` is its own.",
  tag: 'Audio',
  access: 'media',
  params: z.object({ id: audioId }),
  absent: AudioNotFound,
  query: z.object({
    download: z
      .string()
      .optional()
      .meta({ description: 'Present: browsers save the file instead of playing it' }),
  }),
  replies: {
    200: { description: 'The whole content', body: 'content', contentTypes, headers: contentHeaders },
    206: {
      description: 'The range that was asked for, or several as `multipart/byteranges`',
      body: 'content',
      contentTypes: [...contentTypes, 'multipart/byteranges'],
      headers: {
        ...contentHeaders,
        'Content-Range':
          'First and last byte, and the size of the whole; with several ranges, within each part',
      },
    },
    302: {
      description:
        'Where the bytes are for a while, for this client alone; it needs no credentials, and gets none',
      body: 'none',
      headers: { Location: 'An address in the storage; as good as a credential until it expires' },
    },
    304: { description: 'Not changed since', body: 'none', headers: { ETag: contentHeaders.ETag } },
  },
  errors: [
    'audio_not_found',
    'precondition_failed',
    'range_not_satisfiable',
    'content_missing',
    'content_damaged',
    'storage_unavailable',
  ],
  async handle({ actor, params, query, method, headers, client }, { openAudio }) {
    const opened = await openAudio.execute({ actor, id: params.id })
    const download = query.download !== undefined
    const plan = planContentReply({ method, headers, download }, opened.audio)
    if (plan.status === 304) return { status: 304, headers: plan.headers }
    if (plan.body === 'none') opened.requireWhole()
    if (opened.link && plan.body !== 'none') {
      const link = await opened.link(describeContent(opened.audio, download))
      // Kept by no cache: it ends sooner than a cache knows.
      return { status: 302, headers: { Location: link.href, 'Cache-Control': 'private, no-store' } }
    }
    // To anybody but the web server in front it would be an empty body that looks complete.
    if (opened.file && client.isProxied && canHandOver(plan, headers)) {
      return { status: 200, headers: handedOver(plan, await opened.file()), body: undefined }
    }
    return { status: plan.status, headers: plan.headers, body: await open(plan.body, opened) }
  },
})

async function open(body: ContentPlan['body'], { audio, content, acquire }: OpenedAudio) {
  if (body === 'none') return undefined
  const whole = { start: 0, end: audio.content.sizeBytes - 1 }
  if (acquire) return { handle: await acquire(), pieces: body === 'whole' ? [whole] : body }
  return body === 'whole' ? content() : streamPieces(body, content)
}
