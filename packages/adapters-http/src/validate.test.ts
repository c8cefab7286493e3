import { expect } from 'chai'
import { InvalidInput, type InputIssue } from '@audiohost/core'
import { z } from 'zod'
import { validate } from './validate.ts'

const schema = z.strictObject({
  email: z.string().max(5),
  limit: z.int().min(1).max(100).optional(),
  sort: z.enum(['up', 'down']).optional(),
})

function issuesOf(input: unknown): readonly InputIssue[] {
  try {
    validate(schema, input)
  } catch (error) {
    if (error instanceof InvalidInput) return error.issues
    throw error
  }
  return []
}

describe('validate', () => {
  it('returns what fits', () => {
    expect(validate(schema, { email: 'a' })).to.deep.equal({ email: 'a' })
  })

  const cases: readonly (readonly [string, unknown, string, string, string])[] = [
    ['a missing field', {}, '/email', 'required', 'email is required'],
    ['a wrong type', { email: 5 }, '/email', 'invalid_type', 'email must be of the type string'],
    ['null', { email: null }, '/email', 'invalid_type', 'email must be of the type string'],
    ['too long a text', { email: 'abcdef' }, '/email', 'too_long', 'email must be at most 5 characters long'],
    ['too big a number', { email: 'a', limit: 101 }, '/limit', 'too_big', 'limit must be at most 100'],
    ['too small a number', { email: 'a', limit: 0 }, '/limit', 'too_small', 'limit must be at least 1'],
    ['another word', { email: 'a', sort: 'x' }, '/sort', 'invalid_value', 'sort must be one of: up, down'],
    [
      'an unknown field',
      { email: 'a', is_admin: true },
      '/is_admin',
      'unknown_field',
      'is_admin is not a field of this request',
    ],
    ['a list', [], '', 'invalid_type', 'The body must be of the type object'],
    ['null for all', null, '', 'invalid_type', 'The body must be of the type object'],
    [
      'a name that is a pointer',
      { email: 'a', 'a/b~c': 1 },
      '/a~1b~0c',
      'unknown_field',
      'a~1b~0c is not a field of this request',
    ],
  ]
  for (const [title, input, path, code, message] of cases) {
    it(`names ${title}`, () => {
      expect(issuesOf(input)).to.deep.equal([{ path, code, message }])
    })
  }

  it('sees a field called __proto__', () => {
    expect(issuesOf(JSON.parse('{"email":"a","__proto__":{"is_admin":true}}'))[0]?.path).to.equal(
      '/__proto__',
    )
  })

  it('answers within bounds, however much is wrong', () => {
    const input = Object.fromEntries(Array.from({ length: 5000 }, (_, n) => [`${n}${'x'.repeat(1000)}`, 1]))
    const issues = issuesOf(input)
    expect(issues).to.have.lengthOf(20)
    expect(JSON.stringify(issues).length).to.be.below(10_000)
  })
})
