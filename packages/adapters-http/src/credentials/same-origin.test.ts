import { expect } from 'chai'
import { HttpProblem } from '../problem.ts'
import { refuseCrossSite } from './same-origin.ts'

const origins = ['https://audio.example.org', 'https://player.example.org']

/** The contract, said once more and independently. */
const isRefused = (method: string, site: string | undefined, origin: string | undefined): boolean => {
  if (['GET', 'HEAD', 'OPTIONS'].includes(method)) return false
  if (site !== undefined) return site === 'cross-site'
  return (
    origin !== undefined && origin !== 'https://audio.example.org' && origin !== 'https://player.example.org'
  )
}

describe('refuseCrossSite', () => {
  for (const method of ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE']) {
    for (const site of [undefined, 'same-origin', 'same-site', 'cross-site', 'none']) {
      for (const origin of [undefined, ...origins, 'https://evil.org', 'null']) {
        const verdict = isRefused(method, site, origin)
        it(`${verdict ? 'refuses' : 'admits'} ${method} from ${site ?? 'no site'} and ${origin ?? 'no origin'}`, () => {
          const headers = {
            ...(site !== undefined && { 'sec-fetch-site': site }),
            ...(origin !== undefined && { origin }),
          }
          const withCookies = () => {
            refuseCrossSite({ method, headers }, { fromCookies: true }, origins)
          }
          if (verdict) expect(withCookies).to.throw(HttpProblem).with.property('code', 'cross_site_request')
          else expect(withCookies).to.not.throw()
          refuseCrossSite({ method, headers }, { fromCookies: false }, origins)
        })
      }
    }
  }
})
