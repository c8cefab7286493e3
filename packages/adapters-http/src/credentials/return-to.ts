import { InvalidInput } from '@audiohost/core'
import { basePath, publicPath, type Site } from './site.ts'

const maxLength = 2000

/**
 * A path on this service, which gets the base path if it lacks it, or a URL on an allowed origin, returned as
 * it is. Everything else is refused, so that a sign-in never ends on a page that an attacker chose.
 * @throws InvalidInput
 */
export function checkReturnTo(text: string | undefined, site: Pick<Site, 'publicUrl' | 'origins'>): string {
  if (text === undefined) return publicPath(site, '/')
  if (isPlain(text) && isOwnPath(text, site.publicUrl)) return belowBasePath(text, site)
  if (isPlain(text) && isAllowedUrl(text, site.origins)) return text
  const message = 'return_to must be a path that begins with one slash, or a URL on an allowed origin'
  throw new InvalidInput([{ path: '/return_to', code: 'invalid_return_to', message }])
}

function belowBasePath(text: string, site: Pick<Site, 'publicUrl'>): string {
  const base = basePath(site.publicUrl)
  const { pathname, search, hash } = new URL(text, site.publicUrl.origin)
  return pathname === base || pathname.startsWith(`${base}/`)
    ? text
    : publicPath(site, `${pathname}${search}${hash}`)
}

/** Printable ASCII without the backslash, which browsers read as a slash and parsers do not agree on. */
const isPlain = (text: string): boolean =>
  text.length <= maxLength && /^[\x21-\x7e]+$/.test(text) && !text.includes('\\')

/** No second slash at the start, neither plain nor encoded nor left over by dot segments. */
function isOwnPath(text: string, publicUrl: URL): boolean {
  const beginning = decodeOften(text.split(/[?#]/, 1)[0] ?? '')
  if (!beginning.startsWith('/') || /^\/[/\\.\s]*[/\\]/.test(beginning)) return false
  const url = new URL(text, publicUrl.origin)
  return url.origin === publicUrl.origin && !url.pathname.startsWith('//')
}

function isAllowedUrl(text: string, origins: readonly string[]): boolean {
  if (!/^https?:\/\/[^/]/i.test(text) || !URL.canParse(text)) return false
  const { origin, username, password } = new URL(text)
  return origins.includes(origin) && username === '' && password === ''
}

/** Whatever a proxy on the way may decode once more. */
function decodeOften(path: string): string {
  let decoded = path
  for (let round = 0; round < 3; round++) {
    try {
      decoded = decodeURIComponent(decoded)
    } catch {
      return decoded
    }
  }
  return decoded
}
