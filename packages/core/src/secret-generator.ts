/** Makes unguessable text: at least 256 random bits, in base64url, new at every call. */
export interface SecretGenerator {
  next(): string
}
