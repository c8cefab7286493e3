import { expect } from 'chai'
import { pageOf } from './page.ts'
import { at } from './testing/index.ts'

describe('pageOf', () => {
  const rows = [3, 2, 1].map((number) => ({
    id: `id ${number}`,
    createdAt: at(number),
    title: `title ${number}`,
  }))

  it('keeps all rows on a last page', () => {
    expect(pageOf(rows, 3)).to.deep.equal({ items: rows, next: undefined })
    expect(pageOf(rows, 4)).to.deep.equal({ items: rows, next: undefined })
    expect(pageOf([], 1)).to.deep.equal({ items: [], next: undefined })
  })

  it('cuts the surplus row off and continues behind the last row that it shows', () => {
    expect(pageOf(rows, 2)).to.deep.equal({ items: rows.slice(0, 2), next: { id: 'id 2', createdAt: at(2) } })
  })
})
