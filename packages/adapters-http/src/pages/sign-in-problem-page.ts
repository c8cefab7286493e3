import { publicPath, type Site } from '../credentials/site.ts'
import type { Problem } from '../problem.ts'

export interface SignInProblemPageOptions {
  readonly site: Pick<Site, 'publicUrl'>
  /** The target of the link: a path or a URL. */
  readonly backTo: string
  readonly requestId: string | undefined
}

/** A page that explains to the user why a sign-in failed. */
export function signInProblemPage(
  problem: Problem,
  { site, backTo, requestId }: SignInProblemPageOptions,
): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Sign-in failed · audiohost</title>
    <link rel="stylesheet" href="${escapeHtml(publicPath(site, '/docs/page.css'))}">
  </head>
  <body>
    <main>
      <h1>Sign-in failed</h1>
      <p>${escapeHtml(problem.detail)}.</p>
      <p><a href="${escapeHtml(backTo)}">Go back</a></p>
      <p><small>${problem.status.toString()} ${escapeHtml(problem.code)}, request ${escapeHtml(requestId ?? 'unknown')}</small></p>
    </main>
  </body>
</html>
`
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => entities[character] ?? '')
