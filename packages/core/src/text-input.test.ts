import { expect } from 'chai'
import fc from 'fast-check'
import { InvalidInput, type InputIssue } from './errors.ts'
import { cleanLine, lengthOf, TextInput } from './text-input.ts'

function issuesIn(input: TextInput): readonly InputIssue[] {
  try {
    input.refuseIssues()
    return []
  } catch (error) {
    if (error instanceof InvalidInput) return error.issues
    throw error
  }
}

const codesOf = (read: (input: TextInput) => unknown): string[] => {
  const input = new TextInput()
  read(input)
  return issuesIn(input).map(({ code }) => code)
}

const anyText = fc.string({ unit: 'binary', maxLength: 300 })

describe('TextInput', () => {
  describe('line', () => {
    for (const [value, expected] of [
      ['Ann', 'Ann'],
      ['  Ann  ', 'Ann'],
      ['Mary Ann', 'Mary Ann'],
      ['Łukasz O’Neill-山田', 'Łukasz O’Neill-山田'],
      // A family is one emoji of several, joined by U+200D; Persian needs U+200C.
      ['👩‍👩‍👧', '👩‍👩‍👧'],
      ['می‌خواهم', 'می‌خواهم'],
      ['x'.repeat(20), 'x'.repeat(20)],
      ['💿'.repeat(20), '💿'.repeat(20)],
    ] as const) {
      it(`takes ${JSON.stringify(value)}`, () => {
        const input = new TextInput()
        expect(input.line('/name', value, 20)).to.equal(expected)
        expect(issuesIn(input)).to.deep.equal([])
      })
    }

    for (const [value, ...codes] of [
      ['', 'required'],
      [' \t\n ', 'required'],
      ['\u200b\u200d', 'required'],
      ['\u3000', 'required'],
      ['x'.repeat(21), 'too_long'],
      ['💿'.repeat(21), 'too_long'],
      ['two\nlines', 'invalid_characters'],
      ['two\u2028lines', 'invalid_characters'],
      ['a tab\there', 'invalid_characters'],
      ['a NUL\0here', 'invalid_characters'],
      ['an escape\u001b[31m', 'invalid_characters'],
      ['a C1\u0085control', 'invalid_characters'],
      ['gnp.\u202eexe', 'invalid_characters'],
      ['isolated\u2066text', 'invalid_characters'],
      ['half a pair \ud83d', 'invalid_characters'],
      [`${'x'.repeat(21)}\0`, 'too_long', 'invalid_characters'],
    ] as const) {
      it(`refuses ${JSON.stringify(value)} as ${codes.join(' and ')}`, () => {
        expect(codesOf((input) => input.line('/name', value, 20))).to.deep.equal(codes)
      })
    }
  })

  describe('text', () => {
    it('takes line breaks and nothing at all', () => {
      expect(codesOf((input) => input.text('/description', 'two\r\nlines\n\tand a tab', 50))).to.deep.equal(
        [],
      )
      expect(codesOf((input) => input.text('/description', '', 50))).to.deep.equal([])
    })

    it('trims what stands around', () => {
      expect(new TextInput().text('/description', '\n text \n', 50)).to.equal('text')
    })

    for (const [value, code] of [
      ['x'.repeat(51), 'too_long'],
      ['a NUL\0here', 'invalid_characters'],
      ['gnp.\u202eexe', 'invalid_characters'],
      ['half a pair \udcbf', 'invalid_characters'],
    ] as const) {
      it(`refuses ${JSON.stringify(value)} as ${code}`, () => {
        expect(codesOf((input) => input.text('/description', value, 50))).to.deep.equal([code])
      })
    }
  })

  it('names every field that is wrong, in words and as a pointer', () => {
    const input = new TextInput()
    input.line('/name', '', 20)
    input.line('/file_name', 'x'.repeat(21), 20)
    input.issue('/email', 'invalid_email', 'email must be an e-mail address')
    expect(issuesIn(input)).to.deep.equal([
      { path: '/name', code: 'required', message: 'name must not be empty' },
      { path: '/file_name', code: 'too_long', message: 'file name must have at most 20 characters' },
      { path: '/email', code: 'invalid_email', message: 'email must be an e-mail address' },
    ])
  })

  it('never takes what a database or a terminal would stumble over', () => {
    fc.assert(
      fc.property(anyText, (value) => {
        const input = new TextInput()
        const line = input.line('/name', value, 100)
        fc.pre(issuesIn(input).length === 0)
        expect(line).to.equal(line.trim())
        expect(lengthOf(line)).to.be.within(1, 100)
        expect(line.isWellFormed()).to.equal(true)
        expect(line).to.not.match(/[\p{Cc}\p{Zl}\p{Zp}]/u)
      }),
    )
  })
})

describe('cleanLine', () => {
  for (const [text, expected] of [
    ['plain', 'plain'],
    ['two  blanks', 'two  blanks'],
    [`${' '.repeat(30)}x`, 'x'],
    ['  two\r\n\tlines  ', 'two lines'],
    ['a NUL\0here', 'a NULhere'],
    ['gnp.\u202eexe', 'gnp.exe'],
    ['half \ud83d', 'half \ufffd'],
    ['\u200b', ''],
    ['', ''],
    ['x'.repeat(30), 'x'.repeat(20)],
    ['💿'.repeat(30), '💿'.repeat(20)],
    [`${'x'.repeat(19)} y`, 'x'.repeat(19)],
  ] as const) {
    it(`makes ${JSON.stringify(expected)} of ${JSON.stringify(text)}`, () => {
      expect(cleanLine(text, 20)).to.equal(expected)
    })
  }

  it('gives a line that TextInput takes, or nothing', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const line = cleanLine(text, 40)
        if (line !== '') expect(codesOf((input) => input.line('/title', line, 40))).to.deep.equal([])
      }),
    )
  })

  it('leaves a line alone that TextInput takes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), (text) => {
        const input = new TextInput()
        const line = input.line('/title', text, 100)
        fc.pre(issuesIn(input).length === 0)
        expect(cleanLine(line, 100)).to.equal(line)
      }),
    )
  })
})
