import { expect } from 'chai'
import type { AnswerSeal } from '../idempotency/answer-seal.ts'

/** What every `AnswerSeal` promises. */
export function answerSealContract({ make }: { readonly make: () => Promise<AnswerSeal> }): void {
  const request = '["post","/v1/auth/login",{"password":"p"},"a-key"]'
  let seal: AnswerSeal

  beforeEach(async () => {
    seal = await make()
  })

  it('gives an answer back to the same request', () => {
    for (const answer of ['', '{}', '{"name":"Ännchen 💿"}', 'x'.repeat(200_000)]) {
      expect(seal.open(seal.seal(answer, request), request)).to.equal(answer)
    }
  })

  it('gives nothing to any other request', () => {
    const sealed = seal.seal('{}', request)
    for (const other of ['', ' ', `${request} `, request.slice(1), request.replace('"p"', '"q"')]) {
      expect(seal.open(sealed, other), other).to.equal(undefined)
    }
  })

  it('gives nothing of what was altered, cut off or made up', () => {
    const sealed = seal.seal('{"status":200}', request)
    for (let index = 0; index < sealed.length; index++) {
      const altered = Uint8Array.from(sealed)
      altered[index] = (altered[index] ?? 0) ^ 1
      expect(seal.open(altered, request), `byte ${index.toString()}`).to.equal(undefined)
      expect(seal.open(sealed.subarray(0, index), request)).to.equal(undefined)
    }
    expect(seal.open(new Uint8Array(500), request)).to.equal(undefined)
  })

  it('names the same request alike and another one otherwise', () => {
    expect(seal.nameOf(request)).to.equal(seal.nameOf(request))
    const names = ['', request, `${request} `, request.toUpperCase()].map((text) => seal.nameOf(text))
    expect(new Set(names).size).to.equal(names.length)
    for (const name of names) expect(name).to.match(/^[\w-]{40,100}$/)
  })
}
