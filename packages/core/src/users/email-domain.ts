const maxDomainLength = 253

/** U+3002, U+FF0E and U+FF61, which input methods type for a dot (UTS 46, section 4). */
const fullStops = /[。．｡]/g
/**
 * Letters, marks, digits, and what RFC 5892 allows in some contexts. Excludes every character that `URL`
 * would read as part of something else.
 */
const domainCharacters = /^[\p{L}\p{M}\p{N}.\u00b7\u0375\u05f3\u05f4\u200c\u200d\u30fb-]+$/u
const label = /^(?!-)[a-z0-9-]{1,63}(?<!-)$/
const topLevel = /^[a-z].*[a-z0-9]$/

/** The domain in ordinary letters and dots and without the dot of the root; how it is shown. */
export function cleanDomain(domain: string): string {
  const plain = domain.normalize('NFKC').replace(fullStops, '.')
  return plain.endsWith('.') ? plain.slice(0, -1) : plain
}

/**
 * The ASCII form (A-labels) of a domain that `cleanDomain` made, in which every spelling of it is the same
 * (UTS 46, non-transitional). `undefined` if no host can have this name. Uses the Unicode tables of the
 * runtime, by way of the URL standard.
 */
export function asciiDomain(domain: string): string | undefined {
  if (!domainCharacters.test(domain)) return undefined
  const url = `http://${domain}/`
  if (!URL.canParse(url)) return undefined
  const { hostname } = new URL(url)
  const labels = hostname.split('.')
  const isHostName = labels.length >= 2 && labels.every((part) => label.test(part))
  return isHostName && topLevel.test(labels.at(-1) ?? '') && hostname.length <= maxDomainLength
    ? hostname
    : undefined
}
