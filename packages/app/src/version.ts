import { existsSync, readFileSync } from 'node:fs'

/** The version of audiohost, from the `package.json` of the package or of the bundle. */
export function readVersion(): string {
  // A bundle has its own beside its files; in the package it is one folder up.
  const places = ['./package.json', '../package.json'].map((place) => new URL(place, import.meta.url))
  const found = places.find((place) => existsSync(place))
  if (!found) return 'unknown'
  const { version } = JSON.parse(readFileSync(found, 'utf8')) as { readonly version?: string }
  return version ?? 'unknown'
}
