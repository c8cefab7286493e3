import { expect } from 'chai'
import { Container } from 'inversify'
import { bindClass, bindValue, getValue } from './bind-class.ts'
import type { Token } from './tokens.ts'

interface Greeter {
  greet(name: string): string
}
const greeter: Token<Greeter> = Symbol('Greeter')
const limit: Token<number> = Symbol('limit')

class GreetEverybody {
  readonly #deps: { readonly greeter: Greeter; readonly limit: number }
  constructor(deps: { readonly greeter: Greeter; readonly limit: number }) {
    this.#deps = deps
  }
  execute(names: readonly string[]): string[] {
    return names.slice(0, this.#deps.limit).map((name) => this.#deps.greeter.greet(name))
  }
}

describe('bindClass', () => {
  const polite = { greet: (name: string) => `Good day, ${name}` }

  it('gives each dependency the value of its token, and makes the class once', () => {
    const container = new Container()
    bindValue(container, greeter, polite)
    bindValue(container, limit, 1)
    bindClass(container, GreetEverybody, { limit, greeter })
    expect(container.get(GreetEverybody).execute(['Ada', 'Grace'])).to.deep.equal(['Good day, Ada'])
    expect(container.get(GreetEverybody)).to.equal(container.get(GreetEverybody))
    expect(getValue(container, limit)).to.equal(1)
  })

  it('does not compile with a token of another type or with one missing', () => {
    const container = new Container()
    // @ts-expect-error: limit is no Greeter
    bindClass(container, GreetEverybody, { limit, greeter: limit })
    // @ts-expect-error: there is no token for greeter
    bindClass(container, GreetEverybody, { limit })
    expect(() => container.get(GreetEverybody)).to.throw()
  })
})
