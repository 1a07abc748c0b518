import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { '@': new URL('./src', import.meta.url).pathname } },
  test: {
    environment: 'happy-dom',
    // Relative addresses, which the client sends, need a page that they are relative to.
    environmentOptions: { happyDOM: { url: 'http://localhost/' } },
    setupFiles: ['src/test/setup.ts'],
    include: ['src/**/*.test.{ts,tsx}'],
    restoreMocks: true,
    // Whole pages are walked here, on machines that have other things to do as well.
    testTimeout: 30_000,
    unstubGlobals: true,
    env: { TZ: 'UTC' },
  },
})
