import { expect } from 'chai'
import { describeError } from './describe-error.ts'

describe('describeError', () => {
  it('keeps names, messages, stacks and causes', () => {
    const error = new Error('could not save', {
      cause: Object.assign(new TypeError('no row'), { code: '23505' }),
    })
    const described = describeError(error)
    expect(described).to.include({ type: 'Error', message: 'could not save' })
    expect(described.stack).to.include('describe-error.test.ts')
    expect(described.cause).to.include({ type: 'TypeError', message: 'no row', code: '23505' })
  })

  it('leaves out addresses, and properties where drivers put rows', () => {
    const error = Object.assign(new Error("insert failed for 'ann@example.com'"), {
      detail: 'Key (email)=(ann@example.com) already exists.',
      parameters: ['hash'],
    })
    const text = JSON.stringify(describeError(error))
    expect(text).to.not.include('ann@').and.not.include('hash')
    expect(text).to.include('[e-mail]')
  })

  it('keeps paths of packages, and takes linear time for a long text', () => {
    const startedAt = performance.now()
    const error = new Error(`at /app/node_modules/@koa/router/x.js ${'a'.repeat(1_000_000)}`)
    expect(describeError(error).message).to.include('/node_modules/@koa/router/x.js')
    expect(performance.now() - startedAt).to.be.below(1000)
  })

  it('ends where causes go in a circle, and survives what is no error', () => {
    const error = new Error('round')
    error.cause = error
    expect(JSON.stringify(describeError(error)).length).to.be.below(20_000)
    expect(describeError('ann@example.com')).to.deep.equal({
      type: 'string',
      message: 'Something that is no Error was thrown',
    })
  })
})
