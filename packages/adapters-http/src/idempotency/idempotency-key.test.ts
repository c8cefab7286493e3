import { expect } from 'chai'
import { HttpProblem } from '../problem.ts'
import { readIdempotencyKey } from './idempotency-key.ts'

const keyOf = (...texts: readonly string[]): string | undefined =>
  readIdempotencyKey({ headersDistinct: texts.length === 0 ? {} : { 'idempotency-key': [...texts] } })

describe('readIdempotencyKey', () => {
  it('finds none where none was sent', () => {
    expect(keyOf()).to.equal(undefined)
  })

  for (const [text, key] of [
    ['"8e03978e-40d5-43dd-bc93-6894a57f9324"', '8e03978e-40d5-43dd-bc93-6894a57f9324'],
    ['8e03978e-40d5-43dd-bc93-6894a57f9324', '8e03978e-40d5-43dd-bc93-6894a57f9324'],
    ['a', 'a'],
    [String.raw`"a\"b\\c"`, String.raw`a"b\c`],
    ['"a,b;c"', 'a,b;c'],
    ["!#$%&'()*+-./09:<=>?@AZ[]^_`az{|}~", "!#$%&'()*+-./09:<=>?@AZ[]^_`az{|}~"],
    ['x'.repeat(255), 'x'.repeat(255)],
    [`"${'x'.repeat(255)}"`, 'x'.repeat(255)],
  ] as const) {
    it(`reads ${text.slice(0, 50)}`, () => {
      expect(keyOf(text)).to.equal(key)
    })
  }

  for (const text of [
    '',
    ' ',
    '""',
    '"',
    '"a',
    'a"',
    '"a" ',
    'a b',
    '"a b"',
    'a,b',
    '"a", "b"',
    '"a";p=1',
    'a;b',
    String.raw`a\b`,
    String.raw`"a\b"`,
    '"a\\"',
    '"a"b"',
    'ключ',
    'a\u007f',
    'a\tb',
    'a\u0000',
    '\u00e9',
    'x'.repeat(256),
    `"${'x'.repeat(256)}"`,
  ]) {
    it(`refuses ${JSON.stringify(text).slice(0, 50)}`, () => {
      expect(() => keyOf(text))
        .to.throw(HttpProblem)
        .with.property('code', 'malformed_request')
    })
  }

  it('refuses two, even of the same', () => {
    expect(() => keyOf('a', 'a'))
      .to.throw(HttpProblem)
      .with.property('status', 400)
  })
})
