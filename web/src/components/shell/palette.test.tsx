import { screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { beforeEach, expect, test, vi } from 'vitest'
import { useActions } from '@/lib/hotkeys'
import { answer, renderPage } from '@/test/render'
import Palette from './palette'
import { matches } from './search'

const push = vi.fn()
vi.mock('next/navigation', () => ({ useRouter: () => ({ push }), usePathname: () => '/' }))

const SESSION = {
  user: { id: 'u1', email: 'ada@acme.example', name: 'Ada' },
  tenant: { key: 'acme', name: 'Acme' },
  role: 'viewer',
  is_operator: false,
  tenants: [],
  csrf_token: 't1',
  expires_at: null,
}
const FOUND = [
  { kind: 'invoice', id: 'i 1', title: 'INV-1042', detail: 'Acme GmbH' },
  { kind: 'customer', id: 'c1', title: 'Acme GmbH', detail: '3 open' },
]
const searches: string[] = []
const onClose = vi.fn()

beforeEach(() => {
  searches.length = 0
  push.mockReset()
  onClose.mockReset()
  sessionStorage.clear()
  vi.stubGlobal('fetch', (request: Request) => {
    const { pathname, searchParams } = new URL(request.url)
    if (pathname === '/api/session') return Promise.resolve(answer(SESSION))
    searches.push(searchParams.get('q') ?? '')
    if (searchParams.get('q') === 'broken') return Promise.resolve(answer({ status: 500 }, 500))
    return Promise.resolve(answer({ items: searchParams.get('q') === 'acme' ? FOUND : [] }))
  })
})

test('pages are offered, those of operators to operators only', async () => {
  renderPage(<Palette onClose={onClose} />)
  const pages = await screen.findByRole('group', { name: 'Pages' })
  await waitFor(() => expect(within(pages).queryByText('Tenants')).toBeNull())
  expect(within(pages).getByText('Invoices')).toBeInTheDocument()
})

test('a page is found by its name and opened by Enter', async () => {
  renderPage(<Palette onClose={onClose} />)
  await userEvent.type(await screen.findByRole('combobox'), 'fore{Enter}')
  expect(push).toHaveBeenCalledWith('/forecast/')
  expect(onClose).toHaveBeenCalledTimes(1)
})

test('the hub is asked once the typing pauses, and what it finds is opened and remembered', async () => {
  const { unmount } = renderPage(<Palette onClose={onClose} />)
  await userEvent.type(await screen.findByRole('combobox'), 'acme')
  await userEvent.click(await screen.findByText('INV-1042'))
  expect(searches).toEqual(['acme'])
  expect(push).toHaveBeenCalledWith('/invoices/view/?id=i%201')
  unmount()
  renderPage(<Palette onClose={onClose} />)
  const recent = await screen.findByRole('group', { name: 'Recently opened' })
  expect(within(recent).getByText('INV-1042')).toBeInTheDocument()
})

test('nothing found, and a search that failed, are said', async () => {
  renderPage(<Palette onClose={onClose} />)
  const input = await screen.findByRole('combobox')
  await userEvent.type(input, 'zzz')
  expect(await screen.findByText('Nothing found')).toBeInTheDocument()
  await userEvent.clear(input)
  await userEvent.type(input, 'broken')
  expect(await screen.findByText('The search failed. Try again.')).toBeInTheDocument()
})

test('an action of the page is run after the palette is closed', async () => {
  const run = vi.fn(() => expect(onClose).toHaveBeenCalled())
  function Screen() {
    useActions([{ id: 'sync', label: 'Run a sync', run }])
    return <Palette onClose={onClose} />
  }
  renderPage(<Screen />)
  await userEvent.click(await screen.findByText('Run a sync'))
  await waitFor(() => expect(run).toHaveBeenCalledTimes(1))
})

test.each([
  ['Model quality', 'qual mod', true],
  ['Übersicht', 'uber', true],
  ['Forecast', 'form', false],
  ['Forecast', '', true],
])('%s matches “%s”: %s', (label, text, expected) => {
  expect(matches(label, text)).toBe(expected)
})

test('a reminder is begun from any page, by who may compose one', async () => {
  const { unmount } = renderPage(<Palette onClose={onClose} />)
  await screen.findByRole('group', { name: 'Pages' })
  await waitFor(() => expect(screen.queryByText('Tenants')).toBeNull())
  expect(screen.queryByText('New reminder')).toBeNull()
  unmount()
  vi.stubGlobal('fetch', () => Promise.resolve(answer({ ...SESSION, role: 'member' })))
  renderPage(<Palette onClose={onClose} />)
  await userEvent.click(await screen.findByText('New reminder'))
  await waitFor(() => expect(push).toHaveBeenCalledWith('/reminders/?compose=new'))
})
