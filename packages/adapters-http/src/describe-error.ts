const maxCauses = 5

interface DescribedError {
  readonly type: string
  readonly message: string
  readonly code?: string
  readonly stack?: string
  readonly cause?: DescribedError
}

/**
 * What the log keeps of an error: names, messages, stacks and causes, but none of the other properties, because drivers
 * put rows and parameters there; and no e-mail address.
 */
export function describeError(error: unknown, depth = 0): DescribedError {
  if (!(error instanceof Error))
    return { type: typeof error, message: 'Something that is no Error was thrown' }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined
  return {
    type: error.name,
    message: withoutAddresses(error.message),
    ...(code !== undefined && { code }),
    ...(error.stack !== undefined && { stack: withoutAddresses(error.stack) }),
    ...(error.cause !== undefined && depth < maxCauses && { cause: describeError(error.cause, depth + 1) }),
  }
}

/** Word by word, so that it takes linear time whatever the text is. */
const withoutAddresses = (text: string): string =>
  text.replace(/[^\s'"<>()/]+/g, (word) => (/.@./.test(word) ? '[e-mail]' : word))
