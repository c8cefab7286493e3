type Spellings = readonly [title: string, found: readonly string[], notFound: readonly string[]]

/** Titles, what finds them beside their own spelling, and what does not. */
export const alikeSpellings: readonly Spellings[] = [
  ['Don’t Stop', ["don't", 'don‘t', 'donʼt', 'don`t', 'don′t', 'dont', 'DONT stop'], ['don-t']],
  ["Guns N' Roses", ['guns n’ roses', 'n ros'], []],
  ['Moon – Light', ['moon - light', 'moon — light', 'moon − light', 'moon ‐ light'], []],
  ['Jay-Z', ['jay–z', 'jayz', 'jay z'], ['jay_z']],
  ['Wait…', ['wait...', 'wait'], []],
  ['«Heroes» “live”', ['"heroes"', '„live“', 'heroes live'], []],
  ['AC/DC', ['acdc', 'ac⁄dc', 'ac dc'], ['ac_dc', 'a/cdc']],
  ['R.E.M.', ['rem', 'r.e.m'], ['r-e-m']],
  ['P!nk', ['pink', 'pnk', 'P!NK', 'ｐ！ｎｋ'], ['p?nk']],
  ['Ke$ha', ['kesha', 'keha'], ['ke$$ha']],
  ['A$AP ¥ $uicideboy$', ['asap', 'suicideboys', 'suicide'], []],
  ['blink-182', ['blink182', 'blink 182'], []],
  ["L'Été — ŒUVRE", ['l’ete - oeuvre', 'lete'], []],
  ['Røyksopp Łukasz', ['royksopp', 'lukasz'], []],
  ['Ёлка', ['елка'], []],
  ['Große ﬁnale', ['GROSSE', 'finale'], []],
  ['サクラ', ['さくら', 'ｻｸﾗ'], ['さくろ']],
  ['Sıla', ['sila', 'SILA'], []],
]
