import { screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { beforeEach, expect, test, vi } from 'vitest'
import { answer, renderPage } from '@/test/render'
import { invoice, invoiceItem, totals } from './invoices.fixtures'
import { InvoicesPage } from './page'

const push = vi.fn()
vi.mock('next/navigation', () => ({ useRouter: () => ({ push }), usePathname: () => '/invoices/' }))

/** What the hub answers to the list, and what it was asked. */
let listed: () => Response
let matching = 412
const asked: URLSearchParams[] = []
const exported: unknown[] = []

beforeEach(() => {
  asked.length = exported.length = 0
  matching = 412
  localStorage.clear()
  sessionStorage.clear()
  push.mockReset()
  listed = () => answer({ items: [1, 2, 3].map((number) => invoiceItem(number)), next_cursor: 'after-3' })
  // The browser would open the file's address.
  vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(() => undefined)
  vi.stubGlobal('fetch', async (request: Request) => {
    const { pathname, searchParams } = new URL(request.url)
    switch (pathname) {
      case '/api/session':
        return answer({
          user: { id: 'u', email: 'a@b.example', name: '' },
          tenant: null,
          role: 'viewer',
          tenants: [],
        })
      case '/api/tenant':
        return answer({ time_zone: 'UTC', home_currency: 'EUR' })
      case '/api/connections':
      case '/api/views':
        return answer({ items: [] })
      case '/api/invoices/export':
        exported.push(request.method === 'POST' ? await request.json() : Object.fromEntries(searchParams))
        return new Response('number\r\n', {
          headers: { 'Content-Disposition': 'attachment; filename="invoices.csv"' },
        })
      case '/api/invoices':
        if (searchParams.get('include') === 'totals') {
          return answer({ items: [], next_cursor: null, totals: totals(matching) })
        }
        asked.push(searchParams)
        return listed()
      default:
        return pathname.endsWith('/reasons')
          ? answer({ title: 'Unavailable', detail: 'No worker has answered why.', code: 'unavailable' }, 503)
          : answer(invoice())
    }
  })
})

const page = (searchParams = '') => {
  const addresses: string[] = []
  const found = renderPage(<InvoicesPage />, {
    searchParams,
    onUrlUpdate: ({ queryString }) => addresses.push(queryString),
  })
  return {
    ...found,
    addresses,
    row: (number: number) => screen.findByRole('row', { name: new RegExp(`INV-${number}\\b`) }),
  }
}
const newest = () => asked.at(-1)!

test('what is open comes first, the longest due on top, with its forecast and its sums', async () => {
  const { row } = page()
  const first = await row(1)
  expect(newest().get('open')).toBe('true')
  expect([newest().get('sort'), newest().get('limit'), newest().get('include')]).toEqual([
    'due_on',
    '50',
    'prediction',
  ])
  expect(within(first).getByText('High')).toBeInTheDocument()
  expect(within(first).getByText('42%')).toBeInTheDocument()
  expect(within(first).getByText('€1,250.00')).toBeInTheDocument()
  expect(await screen.findByText('€4,321.00')).toBeInTheDocument()
  expect(await screen.findByText('1–3 of 412')).toBeInTheDocument()
  expect(screen.getByText(/model 6, xgboost_hazard/)).toBeInTheDocument()
})

test('the address says it all, and what nobody knows in it is ignored', async () => {
  const { row } = page(
    '?tab=all&q=acme&status=paid,nonsense&bucket=91%2B&currency=EUR&min=10&from=soon&sort=-total&per=25&late=0.5',
  )
  await row(1)
  expect(Object.fromEntries(newest())).toEqual({
    q: 'acme',
    status: 'paid',
    aging: '91+',
    currency: 'EUR',
    min_balance: '10',
    p_late30_min: '0.5',
    sort: '-total',
    limit: '25',
    include: 'prediction',
  })
  expect(screen.getByRole('searchbox')).toHaveValue('acme')
  expect(screen.getByRole('tab', { name: 'All' })).toHaveAttribute('aria-selected', 'true')
})

test('a head sorts down, then up, then as the list began', async () => {
  const { row, addresses } = page()
  await row(1)
  const head = () => screen.getByRole('columnheader', { name: 'At risk' })
  const press = async () => userEvent.click(within(head()).getByRole('button'))
  await press()
  expect(head()).toHaveAttribute('aria-sort', 'descending')
  await waitFor(() => expect(newest().get('sort')).toBe('-at_risk'))
  await press()
  expect(head()).toHaveAttribute('aria-sort', 'ascending')
  await press()
  expect(head()).toHaveAttribute('aria-sort', 'none')
  expect(addresses).toEqual(['?sort=-at_risk', '?sort=at_risk', ''])
})

test('a filter with its counts narrows the list and leads back to the first page', async () => {
  const { row, addresses } = page('?page=2&after=after-3')
  await row(1)
  await userEvent.click(screen.getByRole('button', { name: 'Risk' }))
  const choice = await screen.findByRole('checkbox', { name: 'High 12' })
  await userEvent.click(choice)
  await waitFor(() => expect(newest().get('risk_level')).toBe('high'))
  expect(newest().get('cursor')).toBeNull()
  expect(addresses.at(-1)).toBe('?risk=high')
})

test('what is typed holds after a pause', async () => {
  const { row, addresses } = page()
  await row(1)
  await userEvent.keyboard('/')
  expect(screen.getByRole('searchbox')).toHaveFocus()
  await userEvent.keyboard('acme')
  await waitFor(() => expect(newest().get('q')).toBe('acme'))
  expect(addresses).toEqual(['?q=acme'])
})

test('pages are walked there and back', async () => {
  const { row, addresses } = page()
  await row(1)
  await screen.findByText('1–3 of 412')
  await userEvent.click(screen.getByRole('button', { name: 'Next page' }))
  await waitFor(() => expect(newest().get('cursor')).toBe('after-3'))
  expect(addresses).toEqual(['?page=2&after=after-3'])
  expect(await screen.findByText('51–53 of 412')).toBeInTheDocument()
  await userEvent.click(screen.getByRole('button', { name: 'Previous page' }))
  await waitFor(() => expect(addresses.at(-1)).toBe(''))
})

test('rows are chosen one by one, as a range, by page and by all that match', async () => {
  const user = userEvent.setup()
  const { row } = page()
  await row(1)
  await screen.findByText('1–3 of 412')
  await user.click(screen.getByRole('checkbox', { name: 'Select INV-1' }))
  expect(screen.getByText('1 selected')).toBeInTheDocument()
  await user.keyboard('{Shift>}')
  await user.click(screen.getByRole('checkbox', { name: 'Select INV-3' }))
  await user.keyboard('{/Shift}')
  expect(screen.getByText('3 selected')).toBeInTheDocument()
  expect(screen.getByText('€3,750.00')).toBeInTheDocument()
  await user.click(screen.getByRole('button', { name: 'Select all 412 matching' }))
  expect(screen.getByText('All 412 selected')).toBeInTheDocument()
  await user.click(screen.getByRole('button', { name: 'Export' }))
  await waitFor(() => expect(exported).toEqual([{ open: 'true', sort: 'due_on' }]))
})

test('a selection is exported by its ids, and is gone with another filter', async () => {
  const { row } = page()
  await row(1)
  await userEvent.click(screen.getByRole('checkbox', { name: 'Select INV-2' }))
  await userEvent.click(screen.getByRole('button', { name: 'Export' }))
  await waitFor(() => expect(exported).toEqual([{ ids: [invoiceItem(2).id] }]))
  await userEvent.click(screen.getByRole('tab', { name: 'All' }))
  await waitFor(() => expect(screen.queryByText('1 selected')).toBeNull())
})

test('the keyboard moves, chooses, peeks and exports', async () => {
  const user = userEvent.setup()
  const { row, addresses } = page()
  await row(1)
  await user.keyboard('j')
  expect(screen.getByRole('link', { name: 'INV-1' })).toHaveFocus()
  await user.keyboard('j{ArrowDown}k')
  expect(screen.getByRole('link', { name: 'INV-2' })).toHaveFocus()
  await user.keyboard('x')
  expect(screen.getByRole('checkbox', { name: 'Select INV-2' })).toBeChecked()
  await user.keyboard('{Control>}a{/Control}')
  expect(screen.getByText('3 selected')).toBeInTheDocument()
  await user.keyboard('{Escape}')
  expect(screen.queryByText('3 selected')).toBeNull()
  await user.keyboard('e')
  await waitFor(() => expect(exported).toHaveLength(1))
  await user.keyboard(' ')
  const dialog = await screen.findByRole('dialog')
  expect(await within(dialog).findByText('Dec 3, 2026 – Jan 14, 2027')).toBeInTheDocument()
  expect(await within(dialog).findByText('No worker has answered why.')).toBeInTheDocument()
  expect(addresses.at(-1)).toBe(`?peek=${invoiceItem(2).id}`)
})

test('nothing at all, and nothing that matches, are two things', async () => {
  listed = () => answer({ items: [], next_cursor: null })
  const { unmount } = page('?tab=all')
  expect(await screen.findByText('No invoices yet')).toBeInTheDocument()
  expect(screen.getByRole('link', { name: 'Connect your books' })).toHaveAttribute(
    'href',
    expect.stringContaining('/connections'),
  )
  unmount()
  const { addresses } = page('?tab=all&q=nobody')
  expect(await screen.findByText('No invoices match')).toBeInTheDocument()
  await userEvent.click(screen.getAllByRole('button', { name: 'Clear filters' }).at(-1)!)
  await waitFor(() => expect(addresses.at(-1)).toBe('?tab=all'))
})

test('a failure is said with its request id, and asked again', async () => {
  listed = () => answer({ title: 'Fault', detail: 'It broke.', code: 'internal', request_id: 'r1' }, 400)
  const { row } = page()
  expect(await screen.findByText('It broke.')).toBeInTheDocument()
  expect(screen.getByText(/r1/)).toBeInTheDocument()
  listed = () => answer({ items: [invoiceItem(9)], next_cursor: null })
  await userEvent.click(screen.getByRole('button', { name: 'Retry' }))
  expect(await row(9)).toBeInTheDocument()
})

test('who may not see invoices is told so', async () => {
  listed = () => answer({ title: 'Forbidden', detail: 'This needs the role viewer.', code: 'forbidden' }, 403)
  page()
  expect(await screen.findByText('Not allowed')).toBeInTheDocument()
  expect(screen.queryByRole('button', { name: 'Retry' })).toBeNull()
})

test('columns are kept for the next visit', async () => {
  const { row, unmount } = page()
  await row(1)
  expect(screen.queryByRole('columnheader', { name: 'Terms' })).toBeNull()
  await userEvent.click(screen.getByRole('button', { name: 'Columns' }))
  await userEvent.click(await screen.findByRole('menuitemcheckbox', { name: 'Terms' }))
  await userEvent.keyboard('{Escape}')
  expect(await screen.findByRole('columnheader', { name: 'Terms' })).toBeInTheDocument()
  unmount()
  page()
  expect(await screen.findByRole('columnheader', { name: 'Terms' })).toBeInTheDocument()
})

test('below 640 px a row is a block', async () => {
  vi.stubGlobal('matchMedia', (query: string) => ({
    matches: query === '(max-width: 639px)',
    addEventListener: () => undefined,
    removeEventListener: () => undefined,
  }))
  page()
  const list = await screen.findByRole('list', { name: 'Invoices: Open' })
  expect(within(list).getAllByRole('listitem').length).toBeGreaterThanOrEqual(3)
  expect(screen.queryByRole('table')).toBeNull()
})
