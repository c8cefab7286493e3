import type { DestinationStream } from 'pino'

/**
 * Writes what has been logged in one turn of the event loop at its end, by one call of the system: a call costs more than a line. Who
 * ends the process calls `flush`; where it is killed or crashes, the lines of that one turn are lost.
 */
export class LinesOfATurn implements DestinationStream {
  readonly #output: DestinationStream
  #lines = ''

  constructor(output: DestinationStream) {
    this.#output = output
  }

  write(line: string): void {
    if (this.#lines === '') setImmediate(this.flush)
    this.#lines += line
  }

  readonly flush = (): void => {
    const lines = this.#lines
    this.#lines = ''
    if (lines !== '') this.#output.write(lines)
  }
}
