import { expect } from 'chai'
import { CoreError, InvalidInput, NotAudio, StorageUnavailable, TooBusy, UnsupportedAudio } from './errors.ts'

describe('CoreError', () => {
  it('is an error that knows its class, its code and its cause', () => {
    const cause = new Error('the socket was cut')
    const error = new StorageUnavailable({ cause })
    expect(error).to.be.instanceOf(CoreError).and.instanceOf(Error)
    expect(error).to.include({ name: 'StorageUnavailable', code: 'storage_unavailable', cause })
    // The cause is for the log alone.
    expect(error.message).to.not.include('socket')
  })

  it('carries what the client needs to act', () => {
    expect(new TooBusy(3)).to.include({ code: 'too_busy', retryAfterSeconds: 3 })
    expect(new UnsupportedAudio('wma')).to.include({ code: 'unsupported_audio', format: 'wma' })
    expect(new NotAudio('truncated')).to.include({ code: 'not_audio', reason: 'truncated' })
  })

  it('tells every issue of an input in its message', () => {
    const issues = [
      { path: '/name', code: 'required', message: 'name must not be empty' },
      { path: '/email', code: 'invalid_email', message: 'email must be an e-mail address' },
    ]
    expect(new InvalidInput(issues).message).to.equal(
      'name must not be empty; email must be an e-mail address',
    )
  })
})
