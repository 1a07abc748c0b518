import nextTypescript from 'eslint-config-next/typescript'
import nextVitals from 'eslint-config-next/core-web-vitals'
import boundaries from 'eslint-plugin-boundaries'

const config = [
  { ignores: ['node_modules/', '.next/', '.next-*/', 'out/', 'next-env.d.ts', 'src/lib/schema.d.ts'] },
  ...nextVitals,
  ...nextTypescript,
  {
    plugins: { boundaries },
    settings: {
      'boundaries/include': ['src/**/*'],
      'boundaries/elements': [
        { type: 'app', pattern: 'src/app' },
        { type: 'feature', pattern: 'src/features/*', capture: ['feature'] },
        { type: 'shared', pattern: 'src/components' },
        { type: 'lib', pattern: 'src/lib' },
        { type: 'messages', pattern: 'src/messages' },
        { type: 'test', pattern: 'src/test' },
      ],
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      'no-restricted-imports': [
        'error',
        {
          paths: [
            { name: 'next/link', message: 'Use Link of @/lib/nav.' },
            { name: 'next/navigation', message: 'Use @/lib/nav.' },
          ],
        },
      ],
    },
  },
  { files: ['src/lib/nav.tsx'], rules: { 'no-restricted-imports': 'off' } },
]

export default config
