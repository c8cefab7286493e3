import { expect } from 'chai'
import type { MediaTokenSigner } from '../sessions/media-token-signer.ts'
import { alteredTokens, notTokens } from './altered.ts'
import { aSession } from './builders.ts'

export interface MediaTokenSignerContract {
  readonly make: () => Promise<MediaTokenSigner>
  /** The same kind of signer under another key, if it has a key. */
  readonly makeStranger?: () => Promise<MediaTokenSigner>
}

/** What every `MediaTokenSigner` promises. */
export function mediaTokenSignerContract({ make, makeStranger }: MediaTokenSignerContract): void {
  const { id: sessionId } = aSession()
  let signer: MediaTokenSigner

  beforeEach(async () => {
    signer = await make()
  })

  it('returns the session of a token', () => {
    expect(signer.verify(signer.sign(sessionId))).to.equal(sessionId)
  })

  it('signs the same token for the same session, and another for another', () => {
    expect(signer.sign(sessionId)).to.equal(signer.sign(sessionId))
    expect(signer.sign(aSession().id)).to.not.equal(signer.sign(sessionId))
  })

  it('fits a cookie', () => {
    expect(signer.sign(sessionId)).to.match(/^[\w.~-]{1,500}$/)
  })

  it('refuses a token that was altered at any place', () => {
    for (const altered of alteredTokens(signer.sign(sessionId))) {
      expect(signer.verify(altered), altered).to.equal(undefined)
    }
  })

  it('refuses a token that was cut or lengthened', () => {
    const token = signer.sign(sessionId)
    for (const text of [token.slice(0, -8), token.slice(8), `${token}.`, `${token}AAAA`, ` ${token}`]) {
      expect(signer.verify(text), text).to.equal(undefined)
    }
  })

  it('refuses other text without an error', () => {
    for (const text of notTokens) expect(signer.verify(text), text.slice(0, 40)).to.equal(undefined)
  })

  if (makeStranger) {
    it('refuses a token under another key', async () => {
      const stranger = await makeStranger()
      expect(signer.verify(stranger.sign(sessionId))).to.equal(undefined)
    })
  }
}
