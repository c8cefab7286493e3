import { expect } from 'chai'
import { EmailTaken, InvalidInput, NotAudio, StorageUnavailable, TooBusy } from '@audiohost/core'
import { HttpProblem, problemBody, problemOf, statusOfProblem } from './problem.ts'

describe('problemOf', () => {
  it('gives every code a status of an error', () => {
    for (const [code, status] of Object.entries(statusOfProblem)) {
      expect(status, code).to.be.within(400, 599)
    }
  })

  it('keeps the message of a refusal and names the fields of a bad input', () => {
    const issues = [{ path: '/email', code: 'required', message: 'email is required' }]
    const problem = problemOf(new InvalidInput(issues))
    expect(problem).to.include({ status: 422, code: 'invalid_input', detail: 'email is required' })
    expect(problem.issues).to.deep.equal(issues)
    expect(problemOf(new EmailTaken())).to.include({ status: 409, code: 'email_taken' })
    expect(problemOf(new NotAudio('empty')).issues?.[0]).to.include({ path: '/file', code: 'empty' })
  })

  it('tells when to try again wherever trying again may help', () => {
    expect(problemOf(new TooBusy(2)).headers).to.deep.equal({ 'Retry-After': '2' })
    expect(problemOf(new StorageUnavailable()).headers).to.have.property('Retry-After')
    const down = Object.assign(new Error('connect ECONNREFUSED 10.0.0.5:5432'), {
      code: 'database_unavailable',
      retryAfterSeconds: 3,
    })
    const problem = problemOf(down)
    expect(problem).to.include({ status: 503, code: 'database_unavailable' })
    expect(problem.headers).to.deep.equal({ 'Retry-After': '3' })
    expect(problem.detail).to.not.include('10.0.0.5')
  })

  it('tells nothing of an error that is no refusal', () => {
    const secret = 'select * from users where email = ann@example.com'
    for (const error of [
      new Error(secret),
      Object.assign(new Error(secret), { status: 418, expose: true }),
      secret,
    ]) {
      const problem = problemOf(error)
      expect(problem).to.include({ status: 500, code: 'internal_error' })
      expect(JSON.stringify(problem)).to.not.include('select')
    }
  })
})

describe('problemBody', () => {
  it('has the members of RFC 9457 and ours', () => {
    const problem = problemOf(
      new HttpProblem({ status: 415, code: 'unsupported_media_type', detail: 'Send JSON' }),
    )
    const publicUrl = new URL('https://audio.example.org')
    expect(problemBody(problem, { publicUrl, instance: '/v1/auth/login', requestId: 'r1' })).to.deep.equal({
      type: '/problems/unsupported_media_type',
      title: 'Unsupported media type',
      status: 415,
      detail: 'Send JSON',
      instance: '/v1/auth/login',
      code: 'unsupported_media_type',
      request_id: 'r1',
    })
  })
})
