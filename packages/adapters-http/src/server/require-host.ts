import type { IncomingMessage } from 'node:http'

/** RFC 9112 section 3.2: exactly one `Host`, which only HTTP/1.0 may leave out. */
export function hasValidHost({ rawHeaders, httpVersion }: IncomingMessage): boolean {
  // `headers` keeps the first of several and says nothing of the rest.
  const hosts = rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === 'host').length
  return hosts === 1 || (hosts === 0 && httpVersion === '1.0')
}
