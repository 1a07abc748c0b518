import nextTypescript from 'eslint-config-next/typescript'
import nextVitals from 'eslint-config-next/core-web-vitals'
import boundaries from 'eslint-plugin-boundaries'

/** Which part of the sources may import which: app -> features -> components -> lib -> messages. */
const LAYERS = {
  app: ['app', 'feature', 'components', 'lib', 'messages'],
  feature: ['components', 'lib', 'messages'],
  components: ['components', 'lib', 'messages'],
  lib: ['lib', 'messages'],
  messages: ['messages'],
  test: ['components', 'lib', 'messages', 'test'],
}

/** Tailwind's palette, and colours written out: the theme's tokens are all there is. */
const RAW_COLOUR =
  '/(#[0-9a-fA-F]{3,8}\\b(?!.*;base64)|\\b(rgb|hsl|oklch|oklab)a?\\(|\\b(slate|gray|zinc|neutral|stone|red|orange|amber|yellow|lime|green|emerald|teal|cyan|sky|blue|indigo|violet|purple|fuchsia|pink|rose)-(50|[1-9]00|950)\\b|\\b(bg|text|border|fill|stroke|ring)-(white|black)\\b)/'
const rawColour = {
  message: 'Use a token of globals.css, such as text-negative: themes and contrast depend on it.',
}

const config = [
  { ignores: ['node_modules/', '.next/', '.next-*/', 'out/', 'next-env.d.ts', 'src/lib/schema.d.ts'] },
  ...nextVitals,
  ...nextTypescript,
  {
    plugins: { boundaries },
    settings: {
      'import/resolver': { typescript: { alwaysTryTypes: true } },
      'boundaries/include': ['src/**/*'],
      'boundaries/elements': [
        { type: 'app', pattern: 'src/app' },
        { type: 'feature', pattern: 'src/features/*', capture: ['feature'] },
        { type: 'components', pattern: 'src/components' },
        { type: 'lib', pattern: 'src/lib' },
        { type: 'messages', pattern: 'src/messages' },
        { type: 'test', pattern: 'src/test' },
      ],
      'boundaries/files': [{ category: 'test', pattern: '**/*.test.{ts,tsx}' }],
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      // The client lets itself be sent to the sign-in page by a whole load, which forgets what was read.
      '@next/next/no-location-assign-relative-destination': 'off',
      // There is no image server in an export.
      '@next/next/no-img-element': 'off',
      'boundaries/dependencies': [
        'error',
        {
          default: 'disallow',
          policies: [
            ...Object.entries(LAYERS).map(([from, to]) => ({
              from: { element: { type: from } },
              allow: { to: { element: { types: { anyOf: to } } } },
            })),
            {
              from: { element: { type: 'feature' } },
              allow: {
                to: {
                  element: { type: 'feature', captured: { feature: '{{ from.element.captured.feature }}' } },
                },
              },
            },
            { from: { file: { categories: 'test' } }, allow: { to: { element: { type: 'test' } } } },
          ],
        },
      ],
      'no-restricted-imports': [
        'error',
        {
          paths: [
            { name: 'next/link', message: 'Use Link of @/lib/nav.' },
            { name: 'next/navigation', message: 'Use @/lib/nav.' },
          ],
        },
      ],
      'no-restricted-syntax': [
        'error',
        { selector: `Literal[value=${RAW_COLOUR}]`, ...rawColour },
        { selector: `TemplateElement[value.raw=${RAW_COLOUR}]`, ...rawColour },
      ],
    },
  },
  { files: ['src/lib/nav.tsx'], rules: { 'no-restricted-imports': 'off' } },
]

export default config
