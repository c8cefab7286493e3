import { expect } from 'chai'
import { answerSealContract } from '@audiohost/core/testing'
import { AesAnswerSeal } from './aes-answer-seal.ts'
import { deriveServerKeys } from './server-keys.ts'

const [secret, nextSecret] = ['kT9vQ2mWzR7pLx4YbN8sJd3hFg6cVaE1', 'Zp4KqX8wHn2RvT7yLm5BcJ9sDf3GgA6U']

describe('AesAnswerSeal', () => {
  const request = '["post","/v1/auth/login",{"password":"p"},"a-key"]'

  answerSealContract({ make: async () => sealUnder(secret) })

  it('shows nothing of the answer, and never the same bytes twice', () => {
    const seal = sealUnder(secret)
    const answer = JSON.stringify({ access_token: 'canary' })
    const [one, two] = [seal.seal(answer, request), seal.seal(answer, request)].map((bytes) =>
      Buffer.from(bytes),
    )
    expect(one).to.not.deep.equal(two)
    expect(one).to.have.lengthOf(16 + 12 + answer.length + 16)
    expect(one?.toString('latin1')).to.not.include('canary')
  })

  it('cannot be opened, nor the request be named, by who has the request and not the secret', () => {
    const stranger = sealUnder(nextSecret)
    expect(stranger.open(sealUnder(secret).seal('{}', request), request)).to.equal(undefined)
    expect(stranger.nameOf(request)).to.not.equal(sealUnder(secret).nameOf(request))
  })

  it('opens after a change of the secret, as long as the old one is known', () => {
    const sealed = sealUnder(secret).seal('{}', request)
    expect(sealUnder(nextSecret, secret).open(sealed, request)).to.equal('{}')
    expect(sealUnder(secret).open(sealUnder(nextSecret, secret).seal('{}', request), request)).to.equal(
      undefined,
    )
  })
})

const sealUnder = (current: string, ...previous: readonly string[]): AesAnswerSeal =>
  new AesAnswerSeal({ keys: deriveServerKeys({ current, previous })['answer-seal'] })
