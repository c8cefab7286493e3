import { publicPath, type Site } from '../credentials/site.ts'

type PublicSite = Pick<Site, 'publicUrl'>

/** A link for an attribute in double quotes. Paths of a URL contain no quotes and no angle brackets. */
const link = (site: PublicSite, path: string): string => publicPath(site, path).replaceAll('&', '&amp;')

/** Pages without a build step; everything they load comes from this server. */
export const landingPage = (site: PublicSite): string => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>audiohost</title>
    <link rel="stylesheet" href="${link(site, '/docs/page.css')}">
  </head>
  <body>
    <main>
      <h1>audiohost</h1>
      <p>Upload audio, keep it private, play it anywhere. This server is running.</p>
      <ul>
        <li><a href="${link(site, '/docs')}">The API, to read and try</a></li>
        <li><a href="${link(site, '/openapi.json')}">The API as an OpenAPI document</a></li>
        <li><a href="${link(site, '/readyz')}">Whether every part works</a></li>
      </ul>
    </main>
  </body>
</html>
`

export const docsPage = (site: PublicSite): string => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>audiohost API</title>
    <link rel="icon" type="image/png" href="${link(site, '/docs/favicon-32x32.png')}">
    <link rel="stylesheet" href="${link(site, '/docs/swagger-ui.css')}">
  </head>
  <body>
    <div id="swagger-ui"></div>
    <script src="${link(site, '/docs/swagger-ui-bundle.js')}"></script>
    <script src="${link(site, '/docs/initializer.js')}"></script>
  </body>
</html>
`

// validatorUrl: without it Swagger UI would ask a validator on the internet for a badge.
export const initializerScript = (site: PublicSite): string => `SwaggerUIBundle({
  url: ${JSON.stringify(publicPath(site, '/openapi.json'))},
  dom_id: '#swagger-ui',
  deepLinking: true,
  validatorUrl: null,
})
`

export const pageStyle = `:root {
  color-scheme: light dark;
  font-family: system-ui, sans-serif;
  line-height: 1.6;
}
main {
  max-width: 36rem;
  margin: 15vh auto 0;
  padding: 0 1.5rem;
}
h1 {
  font-weight: 600;
  letter-spacing: -0.02em;
}
li {
  margin: 0.4rem 0;
}
`
