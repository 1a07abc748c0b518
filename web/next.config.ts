import type { NextConfig } from 'next'

/** Where `npm run dev` sends what it does not serve itself: a hub that runs beside it. */
const hub = process.env.HUB_URL ?? 'http://127.0.0.1:8000'
const isDevelopment = process.env.NODE_ENV === 'development'

const config: NextConfig = {
  trailingSlash: true,
  // Several of them may run side by side in development, each with a folder of its own.
  ...(process.env.NEXT_DIST_DIR ? { distDir: process.env.NEXT_DIST_DIR } : {}),
  reactStrictMode: true,
  // Pages that are for developing only end in `.dev.tsx`.
  pageExtensions: isDevelopment ? ['tsx', 'ts', 'dev.tsx'] : ['tsx', 'ts'],
  // Made of the sources by build.py, so that the same ones give the same files.
  generateBuildId: () => process.env.BUILD_ID ?? null,
  ...(isDevelopment
    ? {
        skipTrailingSlashRedirect: true,
        allowedDevOrigins: ['127.0.0.1'],
        devIndicators: false as const,
        rewrites: async () => [{ source: '/api/:path*', destination: `${hub}/api/:path*` }],
      }
    : {
        output: 'export',
        // Messages are compiled (src/messages/loader.cjs), so what shows them needs no parser.
        turbopack: {
          resolveAlias: { 'use-intl/format-message': 'use-intl/format-message/format-only' },
          rules: { '**/src/messages/*/*.json': { loaders: ['./src/messages/loader.cjs'], as: '*.js' } },
        },
      }),
}

export default config
