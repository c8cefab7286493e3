import { InvalidInput, type InputIssue, type Room } from '@audiohost/core'
import { readPart, type FormPart } from './multipart-part.ts'
import type { PartHeaders, PartListener } from './multipart-parser.ts'
import { HttpProblem } from '../problem.ts'
import { readDigests, type RequestDigests } from './request-digests.ts'
import { UploadContent, type UploadContentOptions } from './upload-content.ts'
import { maxIssues } from '../validate.ts'
import { UploadField } from './upload-field.ts'

export interface UploadedFile {
  /** What the client calls the file, not cleaned; `undefined` where it says nothing. */
  readonly fileName: string | undefined
  readonly content: AsyncIterable<Uint8Array>
}

/** A part may tell digests of its own, which are of the file. */
interface FilePart extends UploadedFile {
  readonly digests: RequestDigests
}

export type UploadFields = Readonly<Record<string, string>>

export interface UploadFormOptions extends Omit<UploadContentOptions, 'onStop'> {
  /** What is wrong with the values of the fields. */
  readonly issuesOfFields: (fields: UploadFields) => readonly InputIssue[]
}

const fieldNames: readonly string[] = ['title', 'description']

/** All but the content: part headers, fields, boundaries, and what stands before and behind the parts. */
export const maxOverheadBytes = 512 * 1024

/**
 * One part `file` and the fields `title` and `description`, each at most once, in any order. Faults of the
 * fields are reported together: those before the file when the file begins, so that it is not received in
 * vain, and all others at the end.
 */
export class UploadForm implements PartListener {
  /** Resolves when the file begins. */
  readonly file: Promise<FilePart>
  /** Resolves when the whole form has been received. */
  readonly fields: Promise<UploadFields>
  readonly #options: UploadFormOptions
  readonly #fields = new Map<string, string>()
  readonly #issues: InputIssue[] = []
  #content: UploadContent | undefined
  #contentStart: number | undefined
  #part: Pick<UploadContent, 'add' | 'end'> | undefined
  #failure: Error | undefined
  #isOver = false
  #fileBegins: (file: FilePart) => void = () => undefined
  #formEnds: (fields: UploadFields) => void = () => undefined
  #formFails: ((error: Error) => void)[] = []

  constructor(options: UploadFormOptions) {
    this.#options = options
    this.file = new Promise((resolve, reject) => {
      this.#fileBegins = resolve
      this.#formFails.push(reject)
    })
    this.fields = new Promise((resolve, reject) => {
      this.#formEnds = resolve
      this.#formFails.push(reject)
    })
    // Whoever waits gets the error; where nobody does yet, it must not end the process.
    this.file.catch(() => undefined)
    this.fields.catch(() => undefined)
  }

  partBegins(headers: PartHeaders): void {
    this.#refuseMore()
    const part = readPart(headers)
    this.#part = part.name === 'file' ? this.#beginFile(part, readDigests(headers)) : this.#beginField(part)
  }

  partContinues(bytes: Uint8Array, offset: number): void {
    this.#refuseMore()
    if (this.#part === this.#content) this.#contentStart ??= offset
    this.#part?.add(bytes)
  }

  partEnds(): void {
    this.#refuseMore()
    this.#part?.end()
    this.#part = undefined
  }

  /** `bytes` of the body have come in all. */
  countReceived(bytes: number): void {
    if (bytes - (this.#content?.receivedBytes ?? 0) <= maxOverheadBytes) return
    if (this.#allIssues().length > 0) this.fail(new InvalidInput(this.#allIssues()))
    this.fail(
      new HttpProblem({
        status: 413,
        code: 'body_too_large',
        detail: `The form holds more than ${maxOverheadBytes} bytes besides the file`,
      }),
    )
  }

  /**
   * What a body of this length says of the size of the file, which is exact where the file is the last part.
   * Fields may follow, so it may also be less.
   */
  expectedSize(length: number, boundary: string): Room | undefined {
    if (Number.isNaN(length)) return undefined
    const end = length - `\r\n--${boundary}--\r\n`.length
    const atMostBytes = Math.max(0, end - (this.#contentStart ?? 0))
    return { atLeastBytes: Math.max(0, atMostBytes - maxOverheadBytes), atMostBytes }
  }

  /** The whole body has been parsed. */
  finish(): void {
    if (!this.#content) this.#report('/file', 'required', 'The form has no file')
    const issues = this.#allIssues()
    if (issues.length > 0) this.fail(new InvalidInput(issues))
    this.#isOver = true
    this.#formEnds(Object.fromEntries(this.#fields))
  }

  /** The first failure of an unfinished form counts: whoever reads the content or waits for the fields gets it. */
  fail(error: Error): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#failure = error
    this.#options.pause()
    this.#content?.bytes.destroy(error)
    for (const fail of this.#formFails) fail(error)
  }

  /** Ends the parser too. */
  #refuseMore(): void {
    if (this.#failure) throw this.#failure
  }

  #beginFile({ fileName }: FormPart, digests: RequestDigests): UploadContent {
    if (this.#content) this.#report('/file', 'duplicate', 'The form has more than one file')
    this.#refuseIssues()
    const onStop = (error: Error): void => {
      this.fail(error)
    }
    const content = new UploadContent({ ...this.#options, onStop })
    this.#content = content
    this.#fileBegins({ fileName: fileName === '' ? undefined : fileName, content: content.bytes, digests })
    return content
  }

  #beginField({ name, fileName }: FormPart): UploadField {
    const path = pointerTo(name)
    if (fileName !== undefined) {
      this.#report(path, 'unexpected_file', 'The file must be named file')
      this.#refuseIssues()
    }
    if (!fieldNames.includes(name)) this.#report(path, 'unknown_field', 'The form has an unknown field')
    if (this.#fields.has(name)) this.#report(path, 'duplicate', 'The form has a field more than once')
    return new UploadField({
      accept: (value) => {
        if (fieldNames.includes(name)) this.#fields.set(name, value)
      },
      refuse: (code, message) => {
        this.#report(path, code, message)
      },
    })
  }

  #report(path: string, code: string, message: string): void {
    if (this.#issues.some((issue) => issue.path === path && issue.code === code)) return
    this.#issues.push({ path, code, message })
    if (this.#issues.length >= maxIssues) this.#refuseIssues()
  }

  #allIssues(): readonly InputIssue[] {
    const ofFields = this.#options.issuesOfFields(Object.fromEntries(this.#fields))
    return [...this.#issues, ...ofFields].slice(0, maxIssues)
  }

  #refuseIssues(): void {
    const issues = this.#allIssues()
    if (issues.length > 0) throw new InvalidInput(issues)
  }
}

const maxShownNameLength = 100

/** RFC 6901. The name is the client's: shortened, and without characters that no name needs. */
function pointerTo(name: string): string {
  const shown = [...name.replace(/[\p{Cc}\p{Cf}\p{Cs}]/gu, '')].slice(0, maxShownNameLength).join('')
  return `/${shown.replaceAll('~', '~0').replaceAll('/', '~1')}`
}
