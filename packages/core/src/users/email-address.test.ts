import { expect } from 'chai'
import fc from 'fast-check'
import { anEmailAddress } from '../testing/index.ts'
import { InvalidInput } from '../errors.ts'
import { TextInput } from '../text-input.ts'
import { emailKey, emailKeys, lookUpAddress, parseEmailAddress, readEmail } from './email-address.ts'

const label63 = 'd'.repeat(63)

describe('parseEmailAddress', () => {
  for (const text of [
    'ann@example.com',
    'Ann.Lee+music@mail.example.co.uk',
    "o'neill@example.com",
    '!#$%&*/=?^_`{|}~-@example.com',
    '1@1.de',
    'ann@xn--bcher-kva.example',
    'ann@bücher.example',
    'пользователь@пример.рф',
    '用户@例子.中国',
    'उपयोगकर्ता@उदाहरण.भारत',
    `${'l'.repeat(64)}@example.com`,
    `ann@${label63}.com`,
    `${'l'.repeat(58)}@${label63}.${label63}.${label63}.com`,
  ]) {
    it(`takes ${text}`, () => {
      expect(parseEmailAddress(text)).to.equal(text)
    })
  }

  for (const [written, stored] of [
    ['ann@example.com.', 'ann@example.com'],
    ['ann@Example.COM', 'ann@Example.COM'],
    ['ann＠ｅｘａｍｐｌｅ．ｃｏｍ', 'ann@example.com'],
    ['ann@例子。中国', 'ann@例子.中国'],
    ['ann@例子｡中国。', 'ann@例子.中国'],
    ['ann@col·legi.cat', 'ann@col·legi.cat'],
  ] as const) {
    it(`stores ${written} as ${stored}`, () => {
      expect(parseEmailAddress(written)).to.equal(stored)
    })
  }

  it('takes off what stands around', () => {
    expect(parseEmailAddress(' ann@example.com\n')).to.equal('ann@example.com')
  })

  it('makes one of the two ways to write an accent', () => {
    expect(parseEmailAddress('zoe\u0308@example.com')).to.equal('zo\u00eb@example.com')
  })

  for (const text of [
    '',
    'ann',
    'ann@',
    '@example.com',
    'ann@localhost',
    'ann@example',
    'ann@@example.com',
    'ann@example@example.com',
    'ann lee@example.com',
    'ann@exa mple.com',
    '.ann@example.com',
    'ann.@example.com',
    'ann..lee@example.com',
    'ann@.example.com',
    'ann@example..com',
    'ann@-example.com',
    'ann@example-.com',
    'ann@example.c',
    'ann@example.123',
    'ann@127.0.0.1',
    'ann@[127.0.0.1]',
    '"ann"@example.com',
    'Ann <ann@example.com>',
    'ann@example.com,zoe@example.com',
    'mailto:ann@example.com',
    'ann\0@example.com',
    'ann\u200b@example.com',
    'ann\u202e@example.com',
    'ann@example.com\nBcc: zoe@example.com',
    'ann@exa_mple.com',
    'ann@example.com..',
    'ann@.',
    'ann@。',
    'ann＠zoe@example.com',
    'ann@xn--zzzzzzzz.com',
    'ann@xn--.com',
    'ann@אבa.com',
    'ann@exa%6dple.com',
    'ann@example.com/path',
    'ann@example.com:25',
    'ann@example.com?x',
    'ann@example.com#x',
    'ann@exa\u00admple.com',
    'ann@١٢٧.0.0.1',
    'ann@１２７.０.０.１',
    `ann@${'ö'.repeat(63)}.de`,
    `ann@${'абвгдежзийклмнопрст.'.repeat(12)}рф`,
    `${'l'.repeat(65)}@example.com`,
    `ann@${label63}d.com`,
    `${'l'.repeat(60)}@${label63}.${label63}.${label63}.com`,
    'x'.repeat(1_000_000),
    `${'a.'.repeat(500_000)}@example.com`,
  ]) {
    it(`refuses ${JSON.stringify(text.slice(0, 60))}`, () => {
      expect(parseEmailAddress(text)).to.equal(undefined)
    })
  }

  it('is done with the most awkward text at once', () => {
    const text = `a@${'a-'.repeat(120)}`
    const begun = performance.now()
    for (let count = 0; count < 100; count++) parseEmailAddress(text)
    expect(performance.now() - begun).to.be.below(1000)
  })

  it('takes no text whose parts it would not take again', () => {
    fc.assert(
      fc.property(fc.oneof(fc.emailAddress(), fc.string({ unit: 'binary' })), (text) => {
        const email = parseEmailAddress(text)
        fc.pre(email !== undefined)
        expect(parseEmailAddress(email)).to.equal(email)
        expect(email).to.not.match(/[\s\p{Cc}]/u)
      }),
    )
  })
})

describe('emailKey', () => {
  for (const [one, other] of [
    ['ann@example.com', 'ANN@Example.COM'],
    ['ПОЛЬЗОВАТЕЛЬ@ПРИМЕР.РФ', 'пользователь@пример.рф'],
    ['zo\u00eb@example.com', 'zoe\u0308@example.com'],
    ['ａnn@example.com', 'ann@example.com'],
    ['user@пример.рф', 'user@xn--e1afmkfd.xn--p1ai'],
    ['user@ПРИМЕР.РФ', 'user@XN--E1AFMKFD.XN--P1AI'],
    ['user@Bücher.example', 'user@xn--bcher-kva.example'],
    ['user@bu\u0308cher.example', 'user@bücher.example.'],
    ['user@例子。中国', 'user@xn--fsqu00a.xn--fiqs8s'],
    ['user＠ｅｘａｍｐｌｅ．ｃｏｍ', 'USER@example.com.'],
    ['user@ﬁsh.example', 'user@fish.example'],
    ['user@σας.gr', 'user@ΣΑς.gr'],
  ] as const) {
    it(`is the same for ${one} and ${other}`, () => {
      expect(emailKey(anEmailAddress(one))).to.equal(emailKey(anEmailAddress(other)))
    })
  }

  for (const other of [
    'ann+1@example.com',
    'ann@exämple.com',
    'a.nn@example.com',
    'ann@example.org',
    'änn@example.com',
  ]) {
    it(`is not the same for ann@example.com and ${other}`, () => {
      expect(emailKey(anEmailAddress(other))).to.not.equal(emailKey(anEmailAddress('ann@example.com')))
    })
  }
})

describe('emailKeys', () => {
  it('is one key for an ASCII address, and the key of earlier releases first for another', () => {
    expect(emailKeys(anEmailAddress('Ann@Example.com'))).to.deep.equal(['ann@example.com'])
    expect(emailKeys(anEmailAddress('Ann@Пример.РФ'))).to.deep.equal([
      'ann@пример.рф',
      'ann@xn--e1afmkfd.xn--p1ai',
    ])
  })

  it('finds an address whose domain is not accepted any more', () => {
    const address = lookUpAddress('Ann@xn--ZZZZZZZZ.com')
    expect(address && emailKeys(address)).to.deep.equal(['ann@xn--zzzzzzzz.com'])
  })
})

describe('readEmail', () => {
  for (const [text, message] of [
    ['ann@example', 'email must have a valid domain after the @, such as example.org'],
    ['ann@xn--zzzzzzzz.com', 'email must have a valid domain after the @, such as example.org'],
    ['ann', 'email must be an e-mail address, such as ada@example.org'],
    ['ann lee@example.com', 'email must be an e-mail address, such as ada@example.org'],
  ] as const) {
    it(`says of ${text} that ${message}`, () => {
      const input = new TextInput()
      readEmail(input, text)
      expect(() => {
        input.refuseIssues()
      })
        .to.throw(InvalidInput)
        .with.deep.property('issues', [{ path: '/email', code: 'invalid_email', message }])
    })
  }
})
