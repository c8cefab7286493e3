/** A refusal that the caller may show to the client. `code` is stable; the message holds no secret. */
export abstract class CoreError extends Error {
  abstract readonly code: string

  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = new.target.name
  }
}
