import { formType } from './multipart-form.ts'

export const requestHead = (...headers: readonly string[]): string =>
  ['POST / HTTP/1.1', 'Host: a', `Content-Type: ${formType}`, ...headers, '', ''].join('\r\n')

export const withLength = (length: number, ...headers: readonly string[]): string =>
  requestHead(`Content-Length: ${length}`, ...headers)

export const codesOf = (failures: readonly unknown[]): unknown[] =>
  failures.map((failure) => (failure as { code?: unknown }).code)
