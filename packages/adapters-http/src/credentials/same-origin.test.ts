import { expect } from 'chai'
import { HttpProblem } from '../problem.ts'
import { refuseCrossSite } from './same-origin.ts'

const origins = ['https://audio.example.org', 'https://player.example.org']

const sites = [
  undefined,
  'same-origin',
  'none',
  'same-site',
  'cross-site',
  '',
  'unknown',
  'Same-Origin',
  'same-origin, same-origin',
  'none, cross-site',
  'null',
]

const originRows = [
  { origin: undefined, isAllowed: false },
  { origin: 'https://audio.example.org', isAllowed: true },
  { origin: 'https://player.example.org', isAllowed: true },
  { origin: 'https://evil.org', isAllowed: false },
  { origin: 'https://audio.example.org:8443', isAllowed: false },
  { origin: 'http://audio.example.org', isAllowed: false },
  { origin: 'https://audio.example.org.evil.org', isAllowed: false },
  { origin: 'https://audio.example.org, https://audio.example.org', isAllowed: false },
  { origin: 'null', isAllowed: false },
  { origin: '', isAllowed: false },
  { origin: 'audio.example.org', isAllowed: false },
]

interface RuleInput {
  readonly site: string | undefined
  readonly origin: string | undefined
  readonly isOriginAllowed: boolean
}

/** The clauses of the rule in their order; the first that applies decides. */
const clauses: readonly { text: string; applies: (input: RuleInput) => boolean; allows: boolean }[] = [
  {
    text: 'Sec-Fetch-Site is same-origin or none',
    applies: ({ site }) => site === 'same-origin' || site === 'none',
    allows: true,
  },
  {
    text: 'Origin is ours or on the allow-list',
    applies: ({ isOriginAllowed }) => isOriginAllowed,
    allows: true,
  },
  {
    text: 'the request has neither header',
    applies: ({ site, origin }) => site === undefined && origin === undefined,
    allows: true,
  },
  { text: 'everything else', applies: () => true, allows: false },
]

describe('refuseCrossSite', () => {
  const check = (
    method: string,
    { site, origin }: Omit<RuleInput, 'isOriginAllowed'>,
    hasBearerToken = false,
  ) => {
    const headers = {
      ...(site !== undefined && { 'sec-fetch-site': site }),
      ...(origin !== undefined && { origin }),
    }
    refuseCrossSite({ method, headers }, { hasBearerToken }, origins)
  }

  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND']) {
    for (const site of sites) {
      for (const { origin, isAllowed } of originRows) {
        const input = { site, origin, isOriginAllowed: isAllowed }
        const clause = clauses.find(({ applies }) => applies(input))
        const name = `${method}, Sec-Fetch-Site ${JSON.stringify(site)}, Origin ${JSON.stringify(origin)}`
        it(`${clause?.allows ? 'allows' : 'refuses'} ${name}: ${clause?.text}`, () => {
          if (clause?.allows) check(method, input)
          else {
            expect(() => {
              check(method, input)
            })
              .to.throw(HttpProblem)
              .with.property('code', 'cross_site_request')
          }
          check(method, input, true)
        })
      }
    }
  }

  for (const method of ['GET', 'HEAD', 'OPTIONS']) {
    it(`allows ${method} from every site`, () => {
      for (const site of sites) for (const { origin } of originRows) check(method, { site, origin })
    })
  }
})
