import { expect } from 'chai'
import { anAccount, inMemoryAdapters, refusalOf } from '../testing/index.ts'
import { ListUsers } from './list-users.ts'

describe('ListUsers', () => {
  const page = { limit: 10, after: undefined }

  it('shows a page of users to an administrator', async () => {
    const adapters = inMemoryAdapters()
    const { actor } = await anAccount(adapters, { isAdmin: true })
    const { user } = await anAccount(adapters, { surname: 'Wanted' })
    const found = await new ListUsers(adapters).execute({ actor, page, filter: { search: 'wanted' } })
    expect(found).to.deep.equal({ items: [user], next: undefined })
  })

  it('shows nobody to whoever is no administrator', async () => {
    const adapters = inMemoryAdapters()
    const { actor } = await anAccount(adapters)
    const attempt = new ListUsers(adapters).execute({ actor, page, filter: { search: undefined } })
    expect(await refusalOf(attempt)).to.include({ code: 'admin_required' })
  })
})
