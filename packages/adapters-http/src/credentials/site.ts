/** The configured public address of the service, never the one that a request claims. */
export interface Site {
  /** May have a path, below which a proxy serves the application. */
  readonly publicUrl: URL
  /** Ours first, then the configured ones: exact origins. */
  readonly origins: readonly string[]
  readonly maxUploadBytes: number
}

/** Plain http on a loopback host: the only place where cookies go without `Secure` and `__Host-`. */
export function isLoopbackHttp({ protocol, hostname }: URL): boolean {
  return protocol === 'http:' && /^(localhost|.+\.localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(hostname)
}

/** The path of `PUBLIC_URL` without a trailing slash; empty if it has none. */
export const basePath = (publicUrl: URL): string =>
  publicUrl.pathname
    .split('/')
    .filter((segment) => segment !== '')
    .map((segment) => `/${segment}`)
    .join('')

/** The public form of `path`, which begins with a slash. Every path in a reply is made by this function. */
export const publicPath = ({ publicUrl }: Pick<Site, 'publicUrl'>, path: string): string =>
  `${basePath(publicUrl)}${path}`
