import { screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { beforeEach, expect, test, vi } from 'vitest'
import { answer, renderPage } from '@/test/render'
import { customerItem, totals } from './customers.fixtures'
import { CustomersPage } from './page'

vi.mock('next/navigation', () => ({ useRouter: () => ({ push: vi.fn() }), usePathname: () => '/customers/' }))

const asked: URLSearchParams[] = []
const exported: unknown[] = []
let items = [customerItem(1), customerItem(2, { balances: [], risk_level: null, p_late30: null })]

beforeEach(() => {
  asked.length = exported.length = 0
  items = [customerItem(1), customerItem(2, { balances: [], risk_level: null, p_late30: null })]
  localStorage.clear()
  sessionStorage.clear()
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
      case '/api/customers/export':
        exported.push(request.method === 'POST' ? await request.json() : Object.fromEntries(searchParams))
        return new Response('name\r\n')
      case '/api/customers':
        if (searchParams.get('include') === 'totals') {
          return answer({ items: [], next_cursor: null, totals: totals(3) })
        }
        asked.push(searchParams)
        return answer({ items, next_cursor: null })
      default:
        return answer({ items: [] })
    }
  })
})

const page = (searchParams = '') => renderPage(<CustomersPage />, { searchParams })
const newest = () => Object.fromEntries(asked.at(-1)!)

test('who owes most comes first, with how they pay', async () => {
  page()
  const row = await screen.findByRole('row', { name: /Customer 1/ })
  expect(newest()).toEqual({ open: 'true', sort: '-open', limit: '50' })
  for (const text of ['€1,250.00', '€250.00', '4.5 days', '60%', '125%', 'Medium', '21%']) {
    expect(within(row).getByText(text)).toBeInTheDocument()
  }
  expect(await within(row).findByText('€12')).toBeInTheDocument()
  expect(await screen.findByText('€9,876.00')).toBeInTheDocument()
  expect(screen.getByText('1–2 of 3')).toBeInTheDocument()
})

test('the address says which customers', async () => {
  page('?tab=risk&q=ac&country=DE&sort=name&per=100&currency=euro')
  await screen.findByRole('row', { name: /Customer 1/ })
  expect(newest()).toEqual({
    open: 'true',
    risk_level: 'high',
    name: 'ac',
    country: 'DE',
    sort: 'name',
    limit: '100',
  })
})

test('a facet narrows the list', async () => {
  page()
  await screen.findByRole('row', { name: /Customer 1/ })
  await userEvent.click(screen.getByRole('button', { name: 'Country' }))
  await userEvent.click(await screen.findByRole('checkbox', { name: 'FR 1' }))
  await waitFor(() => expect(newest().country).toBe('FR'))
})

test('the filtered set and a selection are exported', async () => {
  page('?tab=overdue')
  await screen.findByRole('row', { name: /Customer 1/ })
  await userEvent.click(screen.getByRole('button', { name: 'Export CSV' }))
  await userEvent.click(screen.getByRole('checkbox', { name: 'Select Customer 2' }))
  await userEvent.click(screen.getByRole('button', { name: 'Export' }))
  await waitFor(() =>
    expect(exported).toEqual([{ overdue: 'true', sort: '-overdue' }, { ids: [customerItem(2).id] }]),
  )
})

test('nobody, and nobody who matches', async () => {
  items = []
  const { unmount } = page('?tab=overdue')
  expect(await screen.findByText('Nobody is overdue')).toBeInTheDocument()
  unmount()
  page('?q=nobody')
  expect(await screen.findByText('No customers match')).toBeInTheDocument()
})
