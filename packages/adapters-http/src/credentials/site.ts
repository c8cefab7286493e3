/** Where the service stands in the web, as configured; never as a request claims. */
export interface Site {
  readonly publicUrl: URL
  /** Ours first, then the configured ones: exact origins. */
  readonly origins: readonly string[]
  readonly maxUploadBytes: number
}

/** Plain http on a loopback host: the only place where cookies go without `Secure` and `__Host-`. */
export function isLoopbackHttp({ protocol, hostname }: URL): boolean {
  return protocol === 'http:' && /^(localhost|.+\.localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(hostname)
}
