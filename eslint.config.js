import regexp from 'eslint-plugin-regexp'
import tseslint from 'typescript-eslint'

const builders = ['**/*.test.ts', 'packages/*/src/testing/**', 'packages/core/src/in-memory/**']

export default tseslint.config(
  { ignores: ['**/dist/**', 'bundle/**', '**/node_modules/**', 'data/**', 'coverage/**'] },
  tseslint.configs.strictTypeChecked,
  {
    // A client chooses the text that most of our regular expressions read. Backtracking may only cost linear time.
    plugins: { regexp },
    rules: {
      'regexp/no-super-linear-backtracking': ['error', { report: 'potential' }],
      'regexp/no-super-linear-move': ['error', { report: 'potential' }],
    },
  },
  {
    languageOptions: {
      parserOptions: {
        projectService: {
          allowDefaultProject: [
            'eslint.config.js',
            '.dependency-cruiser.cjs',
            'scripts/*.mts',
            'examples/*.mjs',
          ],
        },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // A use case that only forwards is still asynchronous to its callers.
      '@typescript-eslint/require-await': 'off',
      // Spread into code points is what is meant wherever it stands.
      '@typescript-eslint/no-misused-spread': ['error', { allow: ['string'] }],
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 40, skipBlankLines: true, skipComments: true }],
      'max-params': ['error', 3],
      'max-depth': ['error', 3],
      'no-restricted-syntax': [
        'error',
        {
          selector: 'ExportDefaultDeclaration',
          message: 'Named exports only: a name is found by searching.',
        },
      ],
      eqeqeq: 'error',
      'no-console': 'error',
    },
  },
  {
    // A list of names, which does not read better in two files.
    files: ['packages/core/src/index.ts'],
    rules: { 'max-lines': 'off' },
  },
  {
    files: builders,
    rules: {
      'max-lines-per-function': 'off',
      'regexp/no-super-linear-backtracking': 'off',
      'regexp/no-super-linear-move': 'off',
      '@typescript-eslint/no-unused-expressions': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
  {
    files: ['**/*.{js,cjs,mjs}'],
    extends: [tseslint.configs.disableTypeChecked],
    rules: { 'no-console': 'off', 'no-restricted-syntax': 'off' },
  },
)
