import { AudioNotFound } from '@audiohost/core'
import { z } from 'zod'
import { readAudioCursor } from '../audio-cursor.ts'
import { publicPath } from '../credentials/site.ts'
import { json, route } from '../route.ts'
import { audioId, audioSchema, listedAudioSchema, showAudio } from '../schemas/audio.ts'
import { writeAudioPage } from '../schemas/audio-page.ts'
import { audioQuery, readAudioFilter } from '../schemas/audio-query.ts'
import { description, title, titleOfUpload } from '../schemas/fields.ts'
import { linkHeader, pageSchema, readPageBy, writtenPageReply } from '../schemas/page.ts'
import { readUploadFields, uploadFields, uploadParts } from './upload-fields.ts'

const params = z.object({ id: audioId })

const listAudio = route({
  name: 'listAudio',
  method: 'get',
  path: '/v1/audio/',
  summary: 'The own audio',
  tag: 'Audio',
  access: 'user',
  query: audioQuery,
  replies: {
    200: { description: 'A page of audio', body: pageSchema(listedAudioSchema), headers: linkHeader },
  },
  errors: ['invalid_cursor'],
  async handle({ actor, query }, { listAudio, site }) {
    const filter = readAudioFilter(query)
    const page = readPageBy(query, (cursor) => readAudioCursor(cursor, filter))
    const written = writeAudioPage(await listAudio.execute({ actor, page, filter }), filter)
    return writtenPageReply({ site, path: '/v1/audio/' }, query, written)
  },
})

const uploadAudio = route({
  name: 'uploadAudio',
  method: 'post',
  path: '/v1/audio/file',
  summary: 'Upload one audio file',
  description:
    'Once this answers 201, the bytes are on stable storage and the audio is listed; any other answer leaves nothing, except that after ' +
    'a 503 whose commit could not be told the audio may be there, whole: the same request with its `Idempotency-Key` then names it. ' +
    'What the file is gets decided by its bytes, not by its name or declared type. ' +
    'The body is a form, or the file itself with `Content-Type: audio/*`. `Content-Digest` (of the body) and `Repr-Digest` ' +
    '(of the file) are compared where they come with `sha-256` (RFC 9530).',
  tag: 'Audio',
  access: 'user',
  query: z.object({
    file_name: z.string().max(1000).optional().meta({ description: 'Of a body that is the file itself' }),
    title: titleOfUpload
      .optional()
      .meta({ description: 'Of a body that is the file itself', example: undefined }),
    description: description
      .optional()
      .meta({ description: 'Of a body that is the file itself', example: undefined }),
  }),
  body: { kind: 'multipart', schema: uploadParts, fields: uploadFields },
  replies: {
    201: { description: 'The new audio', body: audioSchema, headers: { Location: 'Path of the content' } },
  },
  errors: [
    'invalid_input',
    'not_audio',
    'audio_too_complex',
    'unsupported_audio',
    'content_too_large',
    'upload_aborted',
    'digest_mismatch',
    'quota_exceeded',
    'upload_interrupted',
    'storage_full',
    'storage_unavailable',
    'too_busy',
    'content_missing',
  ],
  async handle({ actor, body, query, madeFor }, { uploadAudio, site }) {
    const { file_name: nameInQuery, ...detailsInQuery } = query
    const audio = await body.receive(({ fileName, fields, ...upload }) =>
      uploadAudio.execute({
        actor,
        madeFor,
        ...upload,
        fileName: fileName ?? nameInQuery,
        details: async () => ({ ...detailsInQuery, ...readUploadFields(await fields()) }),
      }),
    )
    const location = publicPath(site, `/v1/audio/file/${audio.id}`)
    return { status: 201, body: showAudio(audio), headers: { Location: location } }
  },
})

const showMetadata = route({
  name: 'getAudio',
  method: 'get',
  path: '/v1/audio/file/{id}/metadata',
  summary: 'What is known of one audio',
  tag: 'Audio',
  access: 'user',
  params,
  absent: AudioNotFound,
  replies: { 200: { description: 'The audio', body: audioSchema } },
  errors: ['audio_not_found'],
  async handle({ actor, params }, { openAudio }) {
    const { audio } = await openAudio.execute({ actor, id: params.id })
    return { status: 200, body: showAudio(audio) }
  },
})

const updateAudio = route({
  name: 'updateAudio',
  method: 'patch',
  path: '/v1/audio/file/{id}',
  summary: 'Change title or description',
  tag: 'Audio',
  access: 'user',
  params,
  absent: AudioNotFound,
  body: json(z.strictObject({ title: title.optional(), description: description.optional() })),
  replies: { 200: { description: 'The changed audio', body: audioSchema } },
  errors: ['audio_not_found'],
  async handle({ actor, params, body }, { updateAudio }) {
    return { status: 200, body: showAudio(await updateAudio.execute({ actor, id: params.id, ...body })) }
  },
})

const deleteAudio = route({
  name: 'deleteAudio',
  method: 'delete',
  path: '/v1/audio/file/{id}',
  summary: 'Delete one audio, bytes included',
  description:
    'In a repeated request, 404 says that the audio is gone; with its `Idempotency-Key` it gets 204 again.',
  tag: 'Audio',
  access: 'user',
  params,
  absent: AudioNotFound,
  replies: { 204: { description: 'The audio is gone', body: 'none' } },
  errors: ['audio_not_found'],
  async handle({ actor, params }, { deleteAudio }) {
    await deleteAudio.execute({ actor, id: params.id })
    return { status: 204 }
  },
})

export const audioRoutes = [listAudio, uploadAudio, showMetadata, updateAudio, deleteAudio]
