import { expect } from 'chai'
import type { Keyset, Page, PageRequest } from '../page.ts'
import { at } from './builders.ts'

export interface KeysetList<Place> {
  /** Stores a row of this age and returns its id. */
  readonly insert: (createdAt: Date) => Promise<string>
  readonly remove: (id: string) => Promise<void>
  readonly list: (page: PageRequest<Place>) => Promise<Page<{ readonly id: string }, Place>>
  readonly order: 'newest-first' | 'oldest-first'
}

/** Rows for every list that can be ordered by creation time and id. */
export function keysetPagingContract<Place = Keyset>(make: () => Promise<KeysetList<Place>>): void {
  let list: KeysetList<Place>

  beforeEach(async () => {
    list = await make()
  })

  /** Seven rows, of which the middle five share one moment; ids in the order of the list. */
  async function sevenRows(): Promise<string[]> {
    const ids: string[] = []
    for (const seconds of [1, 2, 2, 2, 2, 2, 3]) ids.push(await list.insert(at(seconds)))
    const middle = ids.slice(1, 6).sort()
    const oldestFirst = [ids[0] ?? '', ...middle, ids[6] ?? '']
    return list.order === 'oldest-first' ? oldestFirst : oldestFirst.reverse()
  }

  it('has one empty page where there is nothing', async () => {
    expect(await list.list({ limit: 10, after: undefined })).to.deep.equal({ items: [], next: undefined })
  })

  for (const limit of [1, 2, 3, 6, 7, 100]) {
    it(`shows every row once, in order, in pages of ${limit}, also where moments are equal`, async () => {
      const expected = await sevenRows()
      const pages = await pagesOf(list, limit)
      expect(pages.flat()).to.deep.equal(expected)
      expect(pages).to.have.length(Math.ceil(expected.length / limit))
    })
  }

  it('neither repeats nor skips a row while others come and go', async () => {
    const expected = await sevenRows()
    const first = await list.list({ limit: 3, after: undefined })
    await list.insert(at(list.order === 'newest-first' ? 9 : 0))
    // The row that the cursor names, too: a place in the order outlives the row that stood there.
    for (const id of expected.slice(1, 3)) await list.remove(id)
    const second = await list.list({ limit: 100, after: first.next })
    expect(second.items.map(({ id }) => id)).to.deep.equal(expected.slice(3))
  })

  it('keeps apart moments that differ by a millisecond', async () => {
    const ids: string[] = []
    for (const seconds of [5.003, 5.001, 5.002]) ids.push(await list.insert(at(seconds)))
    const [last, first, middle] = ids
    const oldestFirst = [first, middle, last]
    const expected = list.order === 'oldest-first' ? oldestFirst : oldestFirst.reverse()
    expect((await pagesOf(list, 1)).flat()).to.deep.equal(expected)
  })
}

async function pagesOf<Place>({ list }: KeysetList<Place>, limit: number): Promise<string[][]> {
  const pages: string[][] = []
  let after: Place | undefined
  do {
    const page = await list({ limit, after })
    pages.push(page.items.map(({ id }) => id))
    after = page.next
  } while (after && pages.length < 20)
  return pages
}
