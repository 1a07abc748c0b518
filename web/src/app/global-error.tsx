'use client'

import { base } from '@/messages/base'
import { fontClasses } from './fonts'
import './globals.css'

/** When even the frame of the pages failed: nothing of it can be used here, its texts' provider included. */
export default function GlobalError() {
  return (
    <html lang="en" className={fontClasses}>
      <body>
        <main className="flex flex-col items-start gap-3 p-6">
          <h1 className="text-xl font-semibold">{base.shell.error.title}</h1>
          <p>{base.shell.error.detail}</p>
          {/* A whole load, since the router may be what failed. */}
          <button type="button" className="underline" onClick={() => globalThis.location.reload()}>
            {base.common.actions.reload}
          </button>
        </main>
      </body>
    </html>
  )
}
