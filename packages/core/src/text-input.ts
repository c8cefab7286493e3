import { InvalidInput, type InputIssue } from './errors.ts'

// Control characters, line separators, and the marks that reorder or hide text (Unicode TR 36): of no use in a name.
const unprintable = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/u
const unprintableExceptLineBreaks =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufeff]/u
const visible = /[^\p{Z}\p{C}]/u

/** Reads the fields of one input, gathers every issue, and refuses all of them together. */
export class TextInput {
  readonly #issues: InputIssue[] = []

  /** One trimmed line of 1 to `max` characters. */
  line(path: string, value: string, max: number): string {
    const text = value.trim()
    if (!visible.test(text)) this.issue(path, 'required', `${nameOf(path)} must not be empty`)
    this.#check(path, text, { max, refused: unprintable })
    return text
  }

  /** Text of at most `max` characters that may hold line breaks and may be empty. */
  text(path: string, value: string, max: number): string {
    const text = value.trim()
    this.#check(path, text, { max, refused: unprintableExceptLineBreaks })
    return text
  }

  issue(path: string, code: string, message: string): void {
    this.#issues.push({ path, code, message })
  }

  /** Every issue found so far. */
  get issues(): readonly InputIssue[] {
    return this.#issues
  }

  /** @throws InvalidInput with every issue found so far. */
  refuseIssues(): void {
    if (this.#issues.length > 0) throw new InvalidInput(this.#issues)
  }

  #check(
    path: string,
    text: string,
    { max, refused }: { readonly max: number; readonly refused: RegExp },
  ): void {
    if (lengthOf(text) > max) {
      this.issue(path, 'too_long', `${nameOf(path)} must have at most ${max} characters`)
    }
    if (refused.test(text) || !text.isWellFormed()) {
      this.issue(path, 'invalid_characters', `${nameOf(path)} must not contain control characters`)
    }
  }
}

/** What `TextInput.line` would take of a text that nobody is there to correct; may end up empty. */
export function cleanLine(text: string, max: number): string {
  const printable = text
    .toWellFormed()
    .replace(/[\p{Zl}\p{Zp}\t\n\v\f\r]+/gu, ' ')
    .replace(new RegExp(unprintable, 'gu'), '')
    .trim()
  return visible.test(printable) ? shorten(printable, max) : ''
}

/** Characters as people count them at a keyboard: code points, not UTF-16 units. */
export function lengthOf(text: string): number {
  let length = 0
  for (const _ of text) length++
  return length
}

const shorten = (text: string, max: number): string => [...text].slice(0, max).join('').trim()

const nameOf = (path: string): string => path.slice(1).replaceAll('_', ' ')
