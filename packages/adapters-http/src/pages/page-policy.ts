/** The Content-Security-Policy of a page that loads only what `directives` name. */
export const pagePolicy = (directives: readonly string[]): string =>
  [
    "default-src 'none'",
    ...directives,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
