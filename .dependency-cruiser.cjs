/** The hexagon as rules: each arrow that is not forbidden here may be drawn. */
module.exports = {
  forbidden: [
    {
      name: 'core-imports-nothing-outside',
      comment: 'The domain knows no adapter, no framework and no library (docs/architecture.md).',
      severity: 'error',
      from: { path: '^packages/core/src', pathNot: ['[.]test[.]ts$', '^packages/core/src/testing'] },
      to: { pathNot: ['^packages/core/src', '^(node:)?(stream|stream/consumers|crypto|buffer)$'] },
    },
    {
      name: 'core-testing-imports-core-and-chai',
      severity: 'error',
      from: { path: '^packages/core/src/testing', pathNot: '[.]test[.]ts$' },
      to: {
        pathNot: [
          '^packages/core/src',
          '^(node:)?(stream|stream/consumers|crypto|buffer|events|assert|timers/promises)$',
          'node_modules/chai/',
          'node_modules/@types/chai/',
        ],
      },
    },
    {
      name: 'adapters-do-not-know-each-other',
      comment: 'An adapter is swapped without touching another; only app knows them all.',
      severity: 'error',
      from: { path: '^packages/(adapters-[a-z]+)/src', pathNot: '[.]test[.]ts$' },
      to: { path: '^packages/(adapters-[a-z]+|app)/', pathNot: '^packages/$1/' },
    },
    {
      name: 'nobody-knows-app',
      severity: 'error',
      from: { pathNot: '^packages/app/' },
      to: { path: '^packages/app/' },
    },
    {
      name: 'testing-stays-out-of-production',
      comment: 'Contract suites need mocha and chai; production must not.',
      severity: 'error',
      from: { path: '^packages/[^/]+/src', pathNot: ['[.]test[.]ts$', '/src/(testing|e2e)/'] },
      to: { path: '/src/testing/' },
    },
    {
      name: 'inversify-lives-in-app',
      severity: 'error',
      from: { pathNot: '^packages/app/src' },
      to: { path: 'node_modules/(inversify|@inversifyjs|reflect-metadata)/' },
    },
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    { name: 'not-to-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '/dist/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@audiohost/source', 'import', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.json'],
    },
  },
}
