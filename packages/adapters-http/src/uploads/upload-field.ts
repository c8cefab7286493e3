import { InvalidInput } from '@audiohost/core'

export const maxFieldBytes = 64 * 1024

/** The text of one field, as it arrives. */
export class UploadField {
  readonly #path: string
  readonly #keep: (value: string) => void
  readonly #pieces: Uint8Array[] = []
  #bytes = 0

  constructor(path: string, keep: (value: string) => void) {
    this.#path = path
    this.#keep = keep
  }

  /** @throws InvalidInput */
  add(bytes: Uint8Array): void {
    this.#bytes += bytes.length
    if (this.#bytes > maxFieldBytes) {
      throw refusedPart(this.#path, 'too_long', `The field is larger than ${maxFieldBytes} bytes`)
    }
    this.#pieces.push(bytes)
  }

  /** @throws InvalidInput */
  end(): void {
    this.#keep(this.#text())
  }

  #text(): string {
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(this.#pieces))
    } catch {
      throw refusedPart(this.#path, 'invalid_characters', 'The field is not UTF-8 text')
    }
  }
}

export const refusedPart = (path: string, code: string, message: string): InvalidInput =>
  new InvalidInput([{ path, code, message }])
