import { parseSearch, sectionsOf } from '@audiohost/core'
import { aUser } from '@audiohost/core/testing'
import { expect } from 'chai'
import { tokensOf } from './audio-list-conditions.ts'

describe('tokensOf', () => {
  const { id: ownerId } = aUser()

  const queryFor = (text: string): unknown => {
    const filter = { search: parseSearch(text), order: { by: 'relevance' } } as const
    const section = sectionsOf(filter).at(-1) ?? expect.fail('no section')
    const [condition] = tokensOf({ ownerId, filter, section, after: undefined })
    return condition?.values[0]
  }

  it('asks for all trigrams of the longer terms, and then for no other term', () => {
    expect(queryFor('abcd x efg')).to.equal(`'@${ownerId}' & 'abc' & 'bcd' & 'efg'`)
  })

  it('asks for no more than the three longest of many short terms, each of which reads a part of the index', () => {
    expect(queryFor('a b c d e f gh i j k l m n')).to.equal(`'@${ownerId}' & 'gh':* & 'a':* & 'b':*`)
  })

  it('takes nothing in a term for an operator', () => {
    expect(queryFor(`a' &|!:*(\\)`)).to.equal(
      `'@${ownerId}' & '&|!' & '|!:' & '!:*' & ':*(' & '*(\\\\' & '(\\\\)'`,
    )
  })
})
