export const maxFieldBytes = 64 * 1024

export interface UploadFieldListener {
  accept(value: string): void
  refuse(code: string, message: string): void
}

/** The text of one field, as it arrives. */
export class UploadField {
  readonly #listener: UploadFieldListener
  #chunks: Uint8Array[] = []
  #bytes = 0

  constructor(listener: UploadFieldListener) {
    this.#listener = listener
  }

  add(bytes: Uint8Array): void {
    this.#bytes += bytes.length
    if (this.#bytes <= maxFieldBytes) this.#chunks.push(bytes)
    else this.#chunks = []
  }

  end(): void {
    if (this.#bytes > maxFieldBytes) {
      this.#listener.refuse('too_long', `The field is larger than ${maxFieldBytes} bytes`)
      return
    }
    const text = textOf(this.#chunks)
    if (text === undefined) this.#listener.refuse('invalid_characters', 'The field is not UTF-8 text')
    else this.#listener.accept(text)
  }
}

function textOf(chunks: readonly Uint8Array[]): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks))
  } catch {
    return undefined
  }
}
