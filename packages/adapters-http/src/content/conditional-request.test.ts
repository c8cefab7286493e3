import { expect } from 'chai'
import { allowsRange, evaluatePreconditions, type Precondition } from './conditional-request.ts'

const current = { etag: '"abc"', lastModified: new Date('2026-05-05T05:05:05Z') }
const before = 'Tue, 05 May 2026 05:05:04 GMT'
const same = 'Tue, 05 May 2026 05:05:05 GMT'
const after = 'Tue, 05 May 2026 05:05:06 GMT'

/** RFC 9110 section 13.2.2 in the words of its steps. Each header is absent, true or false. */
function expectedOf(condition: Record<string, boolean | undefined>): Precondition {
  const { ifMatch, ifUnmodifiedSince, ifNoneMatch, ifModifiedSince } = condition
  if (ifMatch === false) return 'failed'
  if (ifMatch === undefined && ifUnmodifiedSince === false) return 'failed'
  if (ifNoneMatch === false) return 'unmodified'
  if (ifNoneMatch === undefined && ifModifiedSince === false) return 'unmodified'
  return 'met'
}

const values: readonly (boolean | undefined)[] = [undefined, true, false]
const header = (name: string, value: boolean | undefined, texts: readonly [string, string]): object =>
  value === undefined ? {} : { [name]: texts[value ? 0 : 1] }

describe('evaluatePreconditions', () => {
  const combinations = values.flatMap((ifMatch) =>
    values.flatMap((ifUnmodifiedSince) =>
      values.flatMap((ifNoneMatch) =>
        values.map((ifModifiedSince) => ({ ifMatch, ifUnmodifiedSince, ifNoneMatch, ifModifiedSince })),
      ),
    ),
  )

  it('follows the precedence of RFC 9110 in all 81 combinations', () => {
    expect(combinations).to.have.length(81)
    for (const condition of combinations) {
      const headers = {
        ...header('if-match', condition.ifMatch, ['"abc"', '"other"']),
        ...header('if-unmodified-since', condition.ifUnmodifiedSince, [same, before]),
        ...header('if-none-match', condition.ifNoneMatch, ['"other"', '"abc"']),
        ...header('if-modified-since', condition.ifModifiedSince, [before, same]),
      }
      expect(evaluatePreconditions(headers, current), JSON.stringify(headers)).to.equal(expectedOf(condition))
    }
  })

  const cases: readonly (readonly [string, string, Precondition])[] = [
    ['if-match', '*', 'met'],
    ['if-match', '"x", "abc"', 'met'],
    ['if-match', '"a,b" ,"abc"', 'met'],
    ['if-match', ', ,"abc",', 'met'],
    ['if-match', 'W/"abc"', 'failed'],
    ['if-match', 'abc', 'failed'],
    ['if-match', '', 'failed'],
    ['if-match', '"ABC"', 'failed'],
    ['if-none-match', '*', 'unmodified'],
    ['if-none-match', 'W/"abc"', 'unmodified'],
    ['if-none-match', '"x", W/"y", "abc"', 'unmodified'],
    ['if-none-match', '"x" "abc"', 'met'],
    ['if-none-match', '"abc', 'met'],
    ['if-none-match', 'abc', 'met'],
    ['if-none-match', 'w/"abc"', 'met'],
    ['if-none-match', '"x*"', 'met'],
    ['if-modified-since', before, 'met'],
    ['if-modified-since', same, 'unmodified'],
    ['if-modified-since', after, 'unmodified'],
    ['if-modified-since', 'yesterday', 'met'],
    ['if-modified-since', '', 'met'],
    ['if-unmodified-since', before, 'failed'],
    ['if-unmodified-since', same, 'met'],
    ['if-unmodified-since', after, 'met'],
    ['if-unmodified-since', 'yesterday', 'met'],
  ]
  for (const [name, value, expected] of cases) {
    it(`takes ${name}: ${value} for ${expected}`, () => {
      expect(evaluatePreconditions({ [name]: value }, current)).to.equal(expected)
    })
  }

  it('reads a list of 16 KB in a moment', () => {
    const list = `${'"'.repeat(5000)}${' ,'.repeat(5000)}`
    const startedAt = performance.now()
    evaluatePreconditions({ 'if-none-match': list, 'if-match': list }, current)
    expect(performance.now() - startedAt).to.be.below(50)
  })
})

describe('allowsRange', () => {
  const cases: readonly (readonly [string | undefined, boolean])[] = [
    [undefined, true],
    ['"abc"', true],
    ['W/"abc"', false],
    ['"other"', false],
    ['"abc", "other"', false],
    ['*', false],
    ['', false],
    [same, true],
    [before, false],
    [after, false],
    ['Tuesday, 05-May-26 05:05:05 GMT', true],
    ['yesterday', false],
  ]
  for (const [value, expected] of cases) {
    it(`takes If-Range ${value ?? 'that is absent'} for ${expected.toString()}`, () => {
      expect(allowsRange(value, current)).to.equal(expected)
    })
  }
})
