import { MultipartParser as FormidableParser } from 'formidable'
import { HttpProblem } from '../problem.ts'
import { bodyTypes } from './body-types.ts'

/** What a part says of itself before its content, by lower-case header name. */
export type PartHeaders = ReadonlyMap<string, string>

/** Told of a multipart body in the order of its bytes. An error thrown in here ends the parsing with that error. */
export interface PartListener {
  partBegins(headers: PartHeaders): void
  /** `offset` counts from the beginning of the body. */
  partContinues(bytes: Uint8Array, offset: number): void
  partEnds(): void
}

/** RFC 9110 has no limit for part headers; a browser sends under 1 KiB even with a long file name. */
export const maxPartHeaderBytes = 8 * 1024

/** RFC 2046 section 5.1.1. */
const maxBoundaryLength = 70

interface ParserEvent {
  readonly name:
    'partBegin' | 'headerField' | 'headerValue' | 'headerEnd' | 'headersEnd' | 'partData' | 'partEnd' | 'end'
  readonly buffer?: Buffer
  readonly start?: number
  readonly end?: number
}

/**
 * The boundary between the parts.
 * @throws HttpProblem 415 where the body is no form, 400 where its boundary is missing or impossible
 */
export function boundaryOf(contentType: string | undefined): string {
  const [, parameters] = /^\s*multipart\/form-data\s*(;.*|)$/is.exec(contentType ?? '') ?? []
  if (parameters === undefined) {
    throw new HttpProblem({
      status: 415,
      code: 'unsupported_media_type',
      detail:
        'Send the file in a form (multipart/form-data), or as the body itself with its type, such as Content-Type: audio/mpeg. ' +
        'Any audio/* is accepted, and application/octet-stream if the type is unknown',
      headers: { Accept: ['multipart/form-data', ...bodyTypes].join(', ') },
    })
  }
  const [, quoted, token] = /;\s*boundary=(?:"([^"]*)"|([^\s;"]*))/i.exec(parameters) ?? []
  const boundary = quoted ?? token ?? ''
  if (!/^[\w'()+,./:=? -]*[\w'()+,./:=?-]$/.test(boundary) || boundary.length > maxBoundaryLength) {
    throw malformedBody('The Content-Type names no valid multipart boundary')
  }
  return boundary
}

export const malformedBody = (detail: string, cause?: unknown): HttpProblem =>
  new HttpProblem({ status: 400, code: 'malformed_body', detail, cause })

/**
 * Formidable's parser without the plugin around it, which dies of an error thrown by a listener, gathers headers of any
 * length, cuts characters in two between chunks, and takes quadratic time for a file name full of quotes (2.4 s for 200 KB).
 */
export class MultipartParser extends FormidableParser {
  readonly #listener: PartListener
  #headers = new Map<string, string>()
  #headerBytes = 0
  /** Of the chunks before this one. */
  #parsedBytes = 0
  #name = ''
  #value = ''
  /** Kept by formidable, which leaves it out of its types. */
  declare private readonly state: number

  constructor(boundary: string, listener: PartListener) {
    super()
    this.#listener = listener
    this.initWithBoundary(boundary)
    this.on('data', (event: ParserEvent) => {
      this.#tell(event)
    })
  }

  override _transform(chunk: Buffer, encoding: BufferEncoding, done: () => void): number {
    return super._transform(chunk, encoding, () => {
      this.#parsedBytes += chunk.length
      done()
    })
  }

  /** Formidable also takes a body for whole that stops at the boundary of a part that never came. */
  override _flush(done: (error?: Error) => void): void {
    const isWhole = this.state === FormidableParser.STATES.END
    done(isWhole ? undefined : malformedBody('The body ends before its closing boundary'))
  }

  #tell(event: ParserEvent): void {
    if (this.destroyed) return
    try {
      this.#handle(event)
    } catch (error) {
      this.destroy(error instanceof Error ? error : new Error('The form was refused', { cause: error }))
    }
  }

  #handle({ name, buffer, start, end }: ParserEvent): void {
    const bytes = buffer?.subarray(start, end)
    switch (name) {
      case 'partBegin':
        this.#headers = new Map()
        this.#headerBytes = 0
        return
      case 'headerField':
        this.#name += this.#headerText(bytes)
        return
      case 'headerValue':
        this.#value += this.#headerText(bytes)
        return
      case 'headerEnd':
        this.#keepHeader()
        return
      case 'headersEnd':
        this.#listener.partBegins(this.#headers)
        return
      case 'partData':
        if (bytes) this.#listener.partContinues(bytes, this.#parsedBytes + (start ?? 0))
        return
      case 'partEnd':
        this.#listener.partEnds()
        return
      case 'end':
      // The request may go on, with bytes of no meaning or only its last chunk: `_flush` knows when it is over.
    }
  }

  /** One character a byte, since a chunk may end inside of a character. */
  #headerText(bytes: Buffer | undefined): string {
    this.#headerBytes += bytes?.length ?? 0
    if (this.#headerBytes > maxPartHeaderBytes) {
      throw new HttpProblem({
        status: 413,
        code: 'body_too_large',
        detail: `The headers of a part of the form are larger than ${maxPartHeaderBytes} bytes`,
      })
    }
    return bytes?.toString('latin1') ?? ''
  }

  #keepHeader(): void {
    this.#headers.set(this.#name.toLowerCase(), Buffer.from(this.#value, 'latin1').toString('utf8').trim())
    this.#name = ''
    this.#value = ''
  }
}
