import { act, waitFor } from '@testing-library/react'
import { ThemeProvider } from 'next-themes'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { usePreference } from '@/components/data-table/preference'
import { answer, renderPage } from '@/test/render'
import { usePreferences } from '@/lib/preferences'
import { type KeptPreferences, usePreferencesSync } from '@/lib/preferences-sync'

const NOTHING: KeptPreferences = {
  theme: null,
  language: null,
  density: null,
  letter_keys: null,
  sidebar_collapsed: null,
  columns: {},
}
const SESSION = {
  user: { id: 'u1', email: 'a@example.com', name: 'A' },
  tenant: { key: 'acme', name: 'Acme' },
  role: 'member',
  is_operator: false,
  tenants: [],
  csrf_token: 't',
  expires_at: null,
}

let kept: KeptPreferences
let told: KeptPreferences[]

function Page() {
  usePreferencesSync()
  const [shown, setShown] = usePreference<Record<string, boolean>>('columns.invoices', {})
  return <button onClick={() => setShown({ terms: true })}>{JSON.stringify(shown)}</button>
}

function open() {
  return renderPage(
    <ThemeProvider attribute="class" defaultTheme="system">
      <Page />
    </ThemeProvider>,
  )
}

beforeEach(() => {
  localStorage.clear()
  usePreferences.setState({ language: 'auto', density: 'default', letterKeys: true, sidebarCollapsed: false })
  kept = NOTHING
  told = []
  vi.stubGlobal('fetch', async (request: Request) => {
    if (new URL(request.url).pathname === '/api/session') return answer({ ...SESSION, preferences: kept })
    if (request.method === 'PUT') {
      kept = (await request.json()) as KeptPreferences
      told.push(kept)
    }
    return answer(kept)
  })
})

afterEach(() => vi.unstubAllGlobals())

it('puts on this device what was chosen elsewhere', async () => {
  kept = { ...NOTHING, theme: 'dark', density: 'compact', columns: { invoices: { terms: false } } }
  const { getByRole } = open()
  await waitFor(() => expect(usePreferences.getState().density).toBe('compact'))
  expect(localStorage.getItem('theme')).toBe('dark')
  await waitFor(() => expect(getByRole('button').textContent).toBe('{"terms":false}'))
  // What was never chosen stays as it is here.
  expect(usePreferences.getState().letterKeys).toBe(true)
})

it('tells the hub what is changed here, once the choosing pauses', async () => {
  kept = { ...NOTHING, density: 'compact' }
  const { getByRole } = open()
  await waitFor(() => expect(usePreferences.getState().density).toBe('compact'))
  act(() => usePreferences.getState().set({ density: 'comfortable' }))
  act(() => usePreferences.getState().set({ letterKeys: false, language: 'de' }))
  act(() => getByRole('button').click())
  await waitFor(() => expect(told).toHaveLength(1), { timeout: 3000 })
  expect(told[0]).toMatchObject({
    density: 'comfortable',
    letter_keys: false,
    language: 'de',
    columns: { invoices: { terms: true } },
  })
})

it('tells nothing when nothing is changed', async () => {
  kept = { ...NOTHING, theme: 'light', density: 'compact' }
  open()
  await waitFor(() => expect(usePreferences.getState().density).toBe('compact'))
  await new Promise((resolve) => setTimeout(resolve, 1200))
  expect(told).toEqual([])
})
