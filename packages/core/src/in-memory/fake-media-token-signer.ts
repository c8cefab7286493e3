import { parseSessionId, type SessionId } from '../ids.ts'
import type { MediaTokenSigner } from '../sessions/media-token-signer.ts'
import { seal, unseal } from './fake-seal.ts'

/** Its tokens can be forged: for tests only. */
export class FakeMediaTokenSigner implements MediaTokenSigner {
  sign(sessionId: SessionId): string {
    return seal('fake-media', [sessionId])
  }

  verify(token: string): SessionId | undefined {
    const [sessionId] = unseal('fake-media', token) ?? []
    return parseSessionId(String(sessionId))
  }
}
