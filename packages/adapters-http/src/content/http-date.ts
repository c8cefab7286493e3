const imfDate = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/
const rfc850Date = /^(Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, \d\d-[A-Z][a-z]{2}-\d\d \d\d:\d\d:\d\d GMT$/
const asctimeDate = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4}$/

/** RFC 9110 section 5.6.7, with the two obsolete forms that it still asks for; `undefined` for anything else. */
export function parseHttpDate(text: string): Date | undefined {
  const isZoned = imfDate.test(text) || rfc850Date.test(text)
  if (!isZoned && !asctimeDate.test(text)) return undefined
  const date = new Date(isZoned ? text : `${text} GMT`)
  return Number.isNaN(date.getTime()) ? undefined : date
}

/** HTTP dates have whole seconds, and nothing may have been modified after its own `Last-Modified`. */
export const wholeSeconds = (date: Date): Date => new Date(Math.floor(date.getTime() / 1000) * 1000)
