import { expect } from 'chai'
import type { ProblemCode } from '../problem.ts'
import type { TestReply } from './test-client.ts'

/** A whole RFC 9457 problem, such as `409 email_taken`; `field` is the JSON pointer that one of its issues names. */
export function expectProblem(reply: TestReply, answer: `${number} ${ProblemCode}`, field?: string): void {
  const [status = '', code = ''] = answer.split(' ')
  expect(`${reply.status} ${String(reply.body.code)}`, reply.text).to.equal(answer)
  expect(reply.headers.get('content-type')).to.equal('application/problem+json')
  expect(reply.headers.get('cache-control')).to.equal('no-store')
  expect(reply.body.type).to.equal(`/problems/${code}`)
  expect(reply.body.status).to.equal(Number(status))
  expect(reply.body.title).to.be.a('string').that.is.not.empty
  expect(reply.body.detail).to.be.a('string').that.is.not.empty
  expect(reply.body.request_id).to.equal(reply.headers.get('x-request-id'))
  expect(reply.body.instance).to.match(/^\/[^?]*$/)
  if (status === '401') expect(reply.headers.get('www-authenticate')).to.equal('Bearer')
  if (field !== undefined) expect(fieldsOf(reply), reply.text).to.include(field)
}

export function fieldsOf(reply: TestReply): readonly string[] {
  const { errors } = reply.body
  return Array.isArray(errors) ? (errors as { path: string }[]).map(({ path }) => path) : []
}
