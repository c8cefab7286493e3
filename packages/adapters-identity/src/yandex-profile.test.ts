import { inspect } from 'node:util'
import { expect } from 'chai'
import { ProviderFailure } from './provider-failure.ts'
import { readYandexProfile } from './yandex-profile.ts'

const clientId = 'our-client'
const ann = {
  id: '1000034426',
  client_id: clientId,
  login: 'ann.lee',
  display_name: 'annie',
  first_name: 'Ann',
  last_name: 'Lee',
  default_email: 'ann.lee@yandex.ru',
}

describe('readYandexProfile', () => {
  it('takes id, address and names', () => {
    expect(readYandexProfile(ann, clientId)).to.deep.equal({
      subject: '1000034426',
      email: 'ann.lee@yandex.ru',
      name: 'Ann',
      surname: 'Lee',
    })
  })

  const subjects = [
    ['1000034426', '1000034426'],
    [1000034426, '1000034426'],
    ['a.b-c_9', 'a.b-c_9'],
    [0, '0'],
  ] as const
  for (const [id, subject] of subjects) {
    it(`takes the id ${JSON.stringify(id)}`, () => {
      expect(readYandexProfile({ ...ann, id }, clientId)).to.have.property('subject', subject)
    })
  }

  // 2 ** 53 and 2 ** 53 + 1 are one number in JavaScript: two people would share an account.
  for (const id of [
    undefined,
    null,
    '',
    ' ',
    'a b',
    'a\0',
    'é',
    'x'.repeat(256),
    2 ** 53,
    1.5,
    true,
    [],
    ['1'],
    {},
  ]) {
    it(`refuses the id ${shown(id)}`, () => {
      expect(failureFor({ ...ann, id })).to.have.property('kind', 'unexpected')
    })
  }

  for (const client_id of ['other-client', '', `${clientId} `, clientId.toUpperCase()]) {
    it(`refuses the profile behind a token of client ${JSON.stringify(client_id)}`, () => {
      expect(failureFor({ ...ann, client_id })).to.have.property('kind', 'refused')
    })
  }

  for (const answer of [null, undefined, [], [ann], 'text', 1, true, {}, { ...ann, client_id: [clientId] }]) {
    it(`refuses ${shown(answer)} for a profile`, () => {
      expect(failureFor(answer)).to.have.property('kind', 'unexpected')
    })
  }

  for (const default_email of [undefined, null, '', '  ', 'a'.repeat(321), ['a@b.example'], { a: 1 }, 7]) {
    it(`works without an address: ${shown(default_email)}`, () => {
      expect(readYandexProfile({ ...ann, default_email }, clientId)).to.have.property('email', undefined)
    })
  }

  it('falls back to the display name, then to the login, then to nothing', () => {
    const { first_name: _, ...nameless } = ann
    const names = [
      nameless,
      { ...nameless, display_name: null },
      { ...nameless, first_name: '', display_name: ' ' },
      { ...nameless, display_name: ['annie'], login: 7 },
    ].map((profile) => readYandexProfile(profile, clientId).name)
    expect(names).to.deep.equal(['annie', 'ann.lee', 'ann.lee', undefined])
  })

  it('hands on long names and markup as they are: core shortens, pages escape', () => {
    const [first_name, last_name] = ['x'.repeat(300), '<script>alert(1)</script>']
    const { name, surname } = readYandexProfile({ ...ann, first_name, last_name }, clientId)
    expect([name, surname]).to.deep.equal([first_name, last_name])
  })

  it('leaves out names of other types and beyond all measure', () => {
    for (const last_name of [null, 7, ['Lee'], { a: 1 }, 'x'.repeat(1001)]) {
      expect(readYandexProfile({ ...ann, last_name }, clientId)).to.have.property('surname', undefined)
    }
  })
})

function failureFor(answer: unknown): unknown {
  try {
    return readYandexProfile(answer, clientId)
  } catch (error) {
    expect(error).to.be.instanceOf(ProviderFailure)
    return error
  }
}

function shown(value: unknown): string {
  return inspect(value, { breakLength: Infinity }).slice(0, 20)
}
