import { isIP } from 'node:net'
import { z } from 'zod'

export type Environment = Readonly<Record<string, string | undefined>>

// Each message goes behind the variable's name: `PORT must be ...`. None repeats the value: it may be a secret.

export const text = z.string('must be text').trim().min(1, 'must not be empty')

/** A secret that goes into `Authorization: Bearer` as it is (RFC 6750 section 2.1). */
export const token = z
  .string('must be text')
  .trim()
  .regex(/^[\w.~+/=-]{16,200}$/, 'must be 16 to 200 letters, digits and . _ ~ + / = -')

export const integer = (min: number, max: number) => {
  const message = `must be a whole number from ${min} to ${max}`
  const digits = z
    .string(message)
    .trim()
    .regex(/^\d{1,16}$/, message)
  return digits.transform(Number).pipe(z.number().min(min, message).max(max, message))
}

export const port = integer(0, 65535)

export const oneOf = <const T extends readonly string[]>(values: T) =>
  z.enum(values, `must be one of ${values.join(', ')}`)

/** `auto`, or an encoding by its name in the Encoding Standard, whose labels `TextDecoder` knows. */
export const charset = z
  .string()
  .trim()
  .toLowerCase()
  .transform((label, context) => {
    if (label === 'auto') return label
    try {
      return new TextDecoder(label).encoding
    } catch {
      context.addIssue({
        code: 'custom',
        message: 'must be auto or an encoding such as windows-1251, koi8-r, shift_jis, gbk, big5 or euc-kr',
      })
      return z.NEVER
    }
  })

export const onOff = oneOf(['on', 'off'])

export const httpUrl = urlWith(['http:', 'https:'], 'must be a URL that begins with http:// or https://')

/** Without a slash at its end, so that paths can be appended; `/` stays the path of one that has none. */
export const publicUrl = httpUrl
  .refine(
    (url) => !/[?#]/.test(url.href) && url.username === '' && url.password === '',
    'must have no query, no fragment and no user name, as in https://example.org/audio',
  )
  .transform((url) => {
    const path = url.pathname.split('/').filter((segment) => segment !== '')
    return new URL(`/${path.join('/')}`, url.origin)
  })

export const postgresUrl = urlWith(
  ['postgres:', 'postgresql:'],
  'must be a URL such as postgres://user:password@host:5432/name, with special characters of the password encoded (# as %23)',
)

/** Entries between commas; none where the variable is missing. */
export const list = z
  .string()
  .default('')
  .transform((entries) =>
    entries
      .split(',')
      .map((entry) => entry.trim())
      .filter((entry) => entry !== ''),
  )

export const origins = list.refine(
  (entries) => entries.every((entry) => URL.canParse(entry) && new URL(entry).origin === entry),
  'must be origins such as https://app.example.org, with commas between them',
)

export const proxies = list.refine(
  (entries) => entries.every(isProxy),
  'must be IP addresses, CIDR blocks, or loopback, linklocal, uniquelocal, with commas between them',
)

export function isLoopback(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    /^127(\.\d+){3}$/.test(hostname)
  )
}

function isProxy(entry: string): boolean {
  const [address = '', bits, ...rest] = entry.split('/')
  if (['loopback', 'linklocal', 'uniquelocal'].includes(entry)) return true
  const version = isIP(address)
  const mostBits = version === 4 ? 32 : 128
  // A block of 0 bits would trust every address, and so every claim.
  const bitsFit =
    bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) >= 1 && Number(bits) <= mostBits)
  return version !== 0 && bitsFit && rest.length === 0
}

function urlWith(protocols: readonly string[], message: string) {
  return z
    .string(message)
    .trim()
    .refine((entry) => URL.canParse(entry) && protocols.includes(new URL(entry).protocol), message)
    .transform((entry) => new URL(entry))
}
