import { z } from 'zod'
import type { Site } from '../credentials/site.ts'
import { pagePolicy } from '../pages/page-policy.ts'
import { docsPage, initializerScript, landingPage, pageStyle } from '../pages/pages.ts'
import { swaggerUiAsset, type Asset } from '../pages/swagger-ui-assets.ts'
import { HttpProblem } from '../problem.ts'
import { route } from '../route.ts'

const html = { 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-cache' }
const landingHeaders = {
  ...html,
  'Content-Security-Policy': pagePolicy(["style-src 'self'", "media-src 'self'"]),
}
const docsHeaders = {
  ...html,
  'Content-Security-Policy': pagePolicy([
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "media-src 'self'",
    "connect-src 'self'",
  ]),
}

const page = { description: 'The page', body: 'asset', contentTypes: ['text/html'] } as const

const showLanding = route({
  name: 'getLandingPage',
  method: 'get',
  path: '/',
  summary: 'Where to go from here',
  tag: 'Service',
  access: 'public',
  replies: { 200: page },
  errors: [],
  async handle(_request, { site }) {
    return { status: 200, body: landingPage(site), headers: landingHeaders }
  },
})

const showDocs = route({
  name: 'getDocs',
  method: 'get',
  path: '/docs',
  summary: 'This API as a page to read and try',
  tag: 'Service',
  access: 'public',
  replies: { 200: page },
  errors: [],
  async handle(_request, { site }) {
    return { status: 200, body: docsPage(site), headers: docsHeaders }
  },
})

const ownAssets = new Map<string, (site: Site) => Asset>([
  ['initializer.js', (site) => ({ contentType: 'text/javascript', content: initializerScript(site) })],
  ['page.css', () => ({ contentType: 'text/css', content: pageStyle })],
])

const showDocsAsset = route({
  name: 'getDocsAsset',
  method: 'get',
  path: '/docs/{file}',
  summary: 'A script, style or image of the pages',
  tag: 'Service',
  access: 'public',
  params: z.object({ file: z.string().meta({ example: 'page.css' }) }),
  replies: {
    200: {
      description: 'The file',
      body: 'asset',
      contentTypes: ['text/javascript', 'text/css', 'image/png'],
    },
  },
  errors: ['not_found'],
  async handle({ params }, { site }) {
    const asset = ownAssets.get(params.file)?.(site) ?? (await swaggerUiAsset(params.file))
    if (!asset) {
      throw new HttpProblem({ status: 404, code: 'not_found', detail: 'There is nothing at this path' })
    }
    const headers = {
      'Content-Type': asset.contentType.startsWith('text/')
        ? `${asset.contentType}; charset=utf-8`
        : asset.contentType,
      'Cache-Control': 'public, max-age=3600',
    }
    return { status: 200, body: asset.content, headers }
  },
})

export const pageRoutes = [showLanding, showDocs, showDocsAsset]
