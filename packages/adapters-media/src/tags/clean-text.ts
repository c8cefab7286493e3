/** Controls and line breaks of any script, so that a value is one line in a log, a header or a terminal. */
const unprintable = /[\p{Cc}\p{Zl}\p{Zp}]+/gu
const unprintableExceptLineBreaks = /[^\P{Cc}\n\t]+/gu
const lineBreak = /\r\n|[\r\v\f\u0085\u2028\u2029]/g
/** What makes text be shown in another order than it is written. */
const reordering = /[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\ufeff]/gu

/** At most `max` characters (code points) on one line. */
export const cleanLine = (text: string, max: number): string =>
  shorten(bounded(text, max).replace(unprintable, ' ').replace(reordering, '').trim(), max)

/** The same with line breaks, each of which becomes \n. */
export const cleanLines = (text: string, max: number): string =>
  shorten(
    bounded(text, max)
      .replace(lineBreak, '\n')
      .replace(unprintableExceptLineBreaks, ' ')
      .replace(reordering, '')
      .trim(),
    max,
  )

/** Long enough for what cleaning takes away, and short enough to be cheap. */
const bounded = (text: string, max: number): string => text.slice(0, 4 * max).toWellFormed()

const shorten = (text: string, max: number): string =>
  text.length <= max ? text : [...text].slice(0, max).join('').trim()
