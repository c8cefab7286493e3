import type { ByteRange } from '@audiohost/core'
import type { FollowedLink } from '@audiohost/core/testing'

/** As a client does that has no credentials. */
export async function follow(link: URL, range?: ByteRange): Promise<FollowedLink> {
  const response = await fetch(link, range && { headers: { range: `bytes=${range.start}-${range.end}` } })
  const bytes = new Uint8Array(await response.arrayBuffer())
  return {
    status: response.status,
    contentType: response.headers.get('content-type'),
    contentDisposition: response.headers.get('content-disposition'),
    ...(response.ok && { bytes }),
  }
}
