/** The message with the reasons behind it; a stack helps nobody at a command line. */
export function errorMessage(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const reason = error.cause instanceof Error ? `\n  because: ${errorMessage(error.cause)}` : ''
  return `${error.message || error.name}${reason}`
}
