import { expect } from 'chai'
import { InvalidInput } from '../errors.ts'
import { TextInput } from '../text-input.ts'
import { readPassword, type PasswordContext } from './password-policy.ts'

const ann: PasswordContext = { name: 'Annelise', surname: 'Margarethe', email: 'annelise.m@example.com' }

function verdictOn(password: string, context = ann): string {
  const input = new TextInput()
  readPassword(input, password, context)
  try {
    input.refuseIssues()
    return 'fine'
  } catch (error) {
    if (error instanceof InvalidInput) return error.issues.map(({ path, code }) => `${path} ${code}`).join()
    throw error
  }
}

describe('readPassword', () => {
  for (const password of [
    'xkcdfour',
    'four words are enough',
    '        8',
    'ключ от дома',
    '密码很长很长很长',
    'a\0b\0c\0d\0',
    '\t\n\r\v\f\u0001\u0002\u0003',
    '💿🎵🎶🎼🎹🎷🎺🎸',
    'a💿'.repeat(64),
    'ab'.repeat(64),
    // Words that only contain a name are no worse than others.
    'annelise plays the tuba',
    '73819465',
  ]) {
    it(`takes ${JSON.stringify(password.slice(0, 40))} of ${[...password].length} characters`, () => {
      expect(verdictOn(password)).to.equal('fine')
    })
  }

  for (const [password, code] of [
    ['', 'too_short'],
    ['xkcd-fo', 'too_short'],
    ['💿🎵🎶🎼🎹🎷🎺', 'too_short'],
    // Eight code units of base and accent, which are four characters in NFC.
    ['e\u0301'.repeat(4), 'too_short'],
    ['ab'.repeat(64) + 'c', 'too_long'],
    ['a💿'.repeat(64) + 'c', 'too_long'],
    ['x'.repeat(1_000_000), 'too_long'],
    ['password', 'password_too_common'],
    ['PassWord', 'password_too_common'],
    ['1234567890', 'password_too_common'],
    ['qwerty123', 'password_too_common'],
    ['aaaaaaaa', 'password_too_common'],
    ['💿'.repeat(128), 'password_too_common'],
    ['annelise', 'password_too_common'],
    ['ANNELISE1987', 'password_too_common'],
    ['Margarethe!!', 'password_too_common'],
    ['annelisemargarethe', 'password_too_common'],
    ['margaretheannelise', 'password_too_common'],
    ['annelise margarethe', 'password_too_common'],
    ['annelise.m', 'password_too_common'],
    ['annelise.m@example.com', 'password_too_common'],
    ['audiohost', 'password_too_common'],
    ['Audiohost2026!', 'password_too_common'],
    ['half of\ud83d a pair', 'invalid_characters'],
  ] as const) {
    it(`refuses ${JSON.stringify(password.slice(0, 40))} as ${code}`, () => {
      expect(verdictOn(password)).to.equal(`/password ${code}`)
    })
  }

  it('gives NFC back for NFD, and keeps every other character where it is', () => {
    expect(readPassword(new TextInput(), ' cafe\u0301 cre\u0300me ', ann)).to.equal(' caf\u00e9 cr\u00e8me ')
  })

  it('knows a name however its accents are written', () => {
    const zoe = { name: 'Zoe\u0308lle-Marie', surname: '', email: undefined }
    expect(verdictOn('zo\u00eblle-marie', zoe)).to.equal('/password password_too_common')
  })

  it('finds nothing in an account that tells neither name nor address', () => {
    const nobody = { name: '', surname: '', email: undefined }
    expect(verdictOn('73819465', nobody)).to.equal('fine')
    expect(verdictOn('!?!?..!?', nobody)).to.equal('fine')
  })
})
