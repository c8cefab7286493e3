/** A reply as the main thread has rendered it. */
export interface RenderedReply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface HealthThreadData {
  readonly host: string
  readonly port: number
  /** Shared memory: when the event loop of the main thread last ran, by `process.hrtime.bigint()`. */
  readonly heartbeat: BigInt64Array
  /** The event loop is stalled if its heartbeat is older. */
  readonly stallMs: number
  readonly alive: RenderedReply
  readonly stalled: RenderedReply
}

export type FromHealthThread =
  | { readonly kind: 'listening'; readonly port: number }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'check'; readonly id: number }

/** `checking` confirms at once that the event loop runs; `checked` follows once all parts have answered. */
export type ToHealthThread =
  | { readonly kind: 'checking'; readonly id: number }
  | { readonly kind: 'checked'; readonly id: number; readonly reply: RenderedReply }
