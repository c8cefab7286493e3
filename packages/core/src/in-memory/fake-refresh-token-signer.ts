import { parseSessionId } from '../ids.ts'
import type { RefreshClaims, RefreshTokenSigner } from '../sessions/refresh-token-signer.ts'
import { seal, unseal } from './fake-seal.ts'

/** Anybody could make its tokens: for tests only. */
export class FakeRefreshTokenSigner implements RefreshTokenSigner {
  sign({ sessionId, generation }: RefreshClaims): string {
    return seal('fake-refresh', [sessionId, generation])
  }

  verify(token: string): RefreshClaims | undefined {
    const [session, generation] = unseal('fake-refresh', token) ?? []
    const sessionId = parseSessionId(String(session))
    return sessionId && typeof generation === 'number' ? { sessionId, generation } : undefined
  }
}
