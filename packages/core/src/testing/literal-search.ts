/** What people may search for that databases read as patterns: each with a text it is in and one it is not. */
export const literalSearches = [
  { search: '50%', match: 'at 50% speed', other: 'at 500 speed' },
  { search: 'a_b', match: 'take a_b', other: 'take axb' },
  { search: 'c\\d', match: 'path c\\d', other: 'path cd' },
  { search: '\\', match: 'one \\ alone', other: 'nothing' },
  { search: "o'n", match: "o'neill", other: 'oneill' },
] as const
