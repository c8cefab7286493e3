/** What one subscriber holds: an IPv4 address, or the /64 of an IPv6 address (RFC 6177). */
export function addressBlock(address: string): string {
  const url = `http://[${address.split('%', 1)[0] ?? ''}]`
  if (!URL.canParse(url)) return address
  const groups = new URL(url).hostname.slice(1, -1).split('::')
  const [head = '', tail] = groups
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = new Array<string>(8 - left.length - right.length).fill('0')
  return `${[...left, ...zeros, ...right].slice(0, 4).join(':')}::/64`
}
