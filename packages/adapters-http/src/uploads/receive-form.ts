import { createHash } from 'node:crypto'
import type { EventEmitter } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { ContentTooLarge, CoreError, DigestMismatch, UploadInterrupted } from '@audiohost/core'
import { errors as formidableErrors } from 'formidable'
import type Koa from 'koa'
import { liftBodyDeadline } from '../server/body-deadline.ts'
import { boundaryOf, malformedBody, MultipartParser } from './multipart-parser.ts'
import { HttpProblem } from '../problem.ts'
import type { ReceivedUpload, ReceiveUploadOptions } from './receive-upload.ts'
import { given, readDigests } from './request-digests.ts'
import { SilenceTimer } from './silence-timer.ts'
import { refuseCompressed } from '../refuse-compressed.ts'
import { maxOverheadBytes, UploadForm } from './upload-form.ts'

/**
 * Streams the file of a multipart form to `use`, without a temporary file, and passes on what `use` returns or throws.
 * @throws HttpProblem 400, 408, 413, 415; InvalidInput, ContentTooLarge, UploadInterrupted
 */
export async function receiveForm<T>(
  ctx: Koa.Context,
  { maxUploadBytes, idleMs, issuesOfFields }: Required<ReceiveUploadOptions>,
  use: (upload: ReceivedUpload) => Promise<T>,
): Promise<T> {
  const { req, res } = ctx
  refuseCompressed(ctx)
  const boundary = boundaryOf(req.headers['content-type'])
  const length = lengthOf(req)
  if (length > maxUploadBytes + maxOverheadBytes) throw new ContentTooLarge(maxUploadBytes)
  const digests = readDigests(req.headers)
  liftBodyDeadline(req)
  const fail = (error: unknown): void => {
    form.fail(failureOf(error))
  }
  const silence = new SilenceTimer(req, { idleMs, giveUp: fail })
  const pause = (): unknown => req.pause()
  const resume = (): void => {
    silence.resume()
  }
  const form = new UploadForm({ maxBytes: maxUploadBytes, issuesOfFields, pause, resume })
  const sum = digests.content === undefined ? undefined : new BodySum(digests.content)
  readForm(ctx, boundary, { form, sum, silence }).catch(fail)
  try {
    const { digests: ofFile, ...file } = await form.file
    return await use({
      ...file,
      fields: () => form.fields,
      expected: () => form.expectedSize(length, boundary),
      expectedSha256: given(digests.representation, ofFile.representation, ofFile.content),
    })
  } finally {
    silence.stop()
    form.fail(new Error('The upload was refused before its end'))
    // Answered early: the client must be able to read the reply, which it may do only once it has sent more.
    if (!req.readableEnded) res.shouldKeepAlive = false
    req.resume()
  }
}

/** NaN where it is not told. */
const lengthOf = (req: IncomingMessage): number => Number(req.headers['content-length'] ?? NaN)

/** SHA-256 of the whole body, beside what its header says. */
class BodySum {
  readonly #expected: string
  readonly #hash = createHash('sha256')

  constructor(expected: string) {
    this.#expected = expected
  }

  readonly add = (bytes: Uint8Array): void => {
    this.#hash.update(bytes)
  }

  /** @throws DigestMismatch */
  check(): void {
    if (this.#hash.digest('hex') !== this.#expected) throw new DigestMismatch()
  }
}

interface FormReading {
  readonly form: UploadForm
  readonly sum: BodySum | undefined
  readonly silence: SilenceTimer
}

/** What goes wrong with the form is its failure; rejects only where the parser cannot even be loaded. */
async function readForm(
  ctx: Koa.Context,
  boundary: string,
  { form, sum, silence }: FormReading,
): Promise<void> {
  // Loaded with the first upload: it brings a copy of zod, a tenth of the start.
  const { koaBody } = await import('koa-body')
  // Nobody is told any more of a client that left before.
  if (ctx.req.destroyed) form.fail(new UploadInterrupted())
  const parser = new MultipartParser(boundary, form)
  const streamToForm = (formidable: EventEmitter): object => {
    let countedBytes = 0
    formidable.on('progress', (receivedBytes: number) => {
      silence.count(receivedBytes - countedBytes)
      countedBytes = receivedBytes
      form.countReceived(receivedBytes)
    })
    if (sum) ctx.req.on('data', sum.add)
    parser.once('end', () => formidable.emit('end'))
    // Formidable assigns to itself what a plugin returns.
    return { type: 'multipart', _parser: parser }
  }
  const parse = koaBody({
    multipart: true,
    json: false,
    text: false,
    urlencoded: false,
    patchKoa: false,
    formidable: { enabledPlugins: [streamToForm] },
  })
  try {
    await parse(ctx, async () => undefined)
    sum?.check()
    form.finish()
  } catch (error) {
    form.fail(failureOf(error))
  }
}

/** What a failure of the parser means to the client; one without a meaning is a bug. */
function failureOf(error: unknown): Error {
  if (error instanceof HttpProblem || error instanceof CoreError) return error
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === formidableErrors.aborted || code === 'ECONNRESET')
    return new UploadInterrupted({ cause: error })
  if (code === formidableErrors.malformedMultipart) {
    return malformedBody('The body is not well-formed multipart/form-data', error)
  }
  return error instanceof Error ? error : new Error('The form could not be parsed', { cause: error })
}
