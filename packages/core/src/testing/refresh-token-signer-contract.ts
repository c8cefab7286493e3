import { expect } from 'chai'
import type { RefreshTokenSigner } from '../sessions/refresh-token-signer.ts'
import { alteredTokens, notTokens } from './altered.ts'
import { aSession } from './builders.ts'

export interface RefreshTokenSignerContract {
  readonly make: () => Promise<RefreshTokenSigner>
  /** The same kind of signer under another key, where it has a key. */
  readonly makeStranger?: () => Promise<RefreshTokenSigner>
}

/** What every `RefreshTokenSigner` promises. */
export function refreshTokenSignerContract({ make, makeStranger }: RefreshTokenSignerContract): void {
  const { id: sessionId } = aSession()
  let signer: RefreshTokenSigner

  beforeEach(async () => {
    signer = await make()
  })

  for (const generation of [1, 2, 255, 256, 65_536, 2_147_483_647]) {
    it(`gives session and generation ${generation} back`, () => {
      const claims = { sessionId, generation }
      expect(signer.verify(signer.sign(claims))).to.deep.equal(claims)
    })
  }

  it('gives the same token for the same claims', async () => {
    expect(signer.sign({ sessionId, generation: 7 })).to.equal(signer.sign({ sessionId, generation: 7 }))
  })

  it('gives another token for another session or generation', () => {
    const tokens = [
      signer.sign({ sessionId, generation: 1 }),
      signer.sign({ sessionId, generation: 2 }),
      signer.sign({ sessionId: aSession().id, generation: 1 }),
    ]
    expect(new Set(tokens).size).to.equal(3)
  })

  it('fits a cookie and a JSON body', () => {
    expect(signer.sign({ sessionId, generation: 2_147_483_647 })).to.match(/^[\w.~-]{1,500}$/)
  })

  it('refuses a token that was altered at any place', () => {
    for (const altered of alteredTokens(signer.sign({ sessionId, generation: 3 }))) {
      expect(signer.verify(altered), altered).to.equal(undefined)
    }
  })

  it('refuses a token that was cut off or lengthened', () => {
    const token = signer.sign({ sessionId, generation: 3 })
    for (const text of [token.slice(0, -8), token.slice(8), `${token}.`, `${token}AAAA`, ` ${token}`]) {
      expect(signer.verify(text), text).to.equal(undefined)
    }
  })

  it('refuses whatever is no token, without an error', () => {
    for (const text of notTokens) expect(signer.verify(text), text.slice(0, 40)).to.equal(undefined)
  })

  if (makeStranger) {
    it('refuses a token under another key', async () => {
      const stranger = await makeStranger()
      expect(signer.verify(stranger.sign({ sessionId, generation: 1 }))).to.equal(undefined)
    })
  }
}
