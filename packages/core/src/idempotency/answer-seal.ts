/**
 * Keeps answers unreadable where they are stored: they hold tokens. `request` is all that makes two requests the same,
 * passwords and Idempotency-Key included, and is stored nowhere.
 */
export interface AnswerSeal {
  /** Names a request, the same name for the same request; nobody without the server's key can tell the request from it. */
  nameOf(request: string): string
  seal(answer: string, request: string): Uint8Array
  /** `undefined` where it was sealed for another request, was altered, or the server's key has been forgotten. */
  open(sealed: Uint8Array, request: string): string | undefined
}
