import { screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { problem, session, standInForHub } from '@/test/hub'
import { answer, renderPage } from '@/test/render'
import { dispute, item, totals } from './fixtures'
import { DisputesPage } from './page'

vi.mock('next/navigation', () => ({ useRouter: () => ({ push: vi.fn() }), usePathname: () => '/disputes/' }))

const asked: URLSearchParams[] = []

beforeEach(() => {
  asked.length = 0
  localStorage.clear()
  sessionStorage.clear()
  vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(() => undefined)
})
afterEach(() => vi.unstubAllGlobals())

function open({
  searchParams = '',
  role = 'member' as 'admin' | 'member' | 'viewer',
  listed = () => answer({ items: [1, 2, 3].map((number) => item(number)), next_cursor: 'after-3' }),
  answers = {} as Parameters<typeof standInForHub>[0],
} = {}) {
  const addresses: string[] = []
  const hub = standInForHub({
    'GET /api/session': answer(session({ role })),
    'GET /api/tenant': answer({ time_zone: 'UTC', home_currency: 'EUR' }),
    'GET /api/views': answer({ items: [] }),
    'GET /api/disputes': ({ url }) => {
      const { searchParams: query } = new URL(url)
      if (query.get('include')) return answer({ items: [], next_cursor: null, totals: totals(41) })
      asked.push(query)
      return listed()
    },
    [`GET /api/disputes/${item(1).id}`]: answer(dispute({ id: item(1).id, number: 1 })),
    ...answers,
  })
  renderPage(<DisputesPage />, {
    searchParams,
    onUrlUpdate: ({ queryString }) => addresses.push(queryString),
  })
  return { ...hub, addresses }
}
const row = (number: number) => screen.findByRole('row', { name: new RegExp(`D-${number}\\b`) })
const newest = () => Object.fromEntries(asked.at(-1)!)

test('what is due next comes first, with its reason, how sure it is, and the sums of all that match', async () => {
  open({
    listed: () =>
      answer({
        items: [
          item(1, { due_on: '2020-01-01', is_overdue: true }),
          item(2, { code: null, p_code: null, code_by: null, is_sure: null, is_all: true }),
          item(3, { is_sure: false, p_code: 0.41, customer_id: null, customer_name: null }),
        ],
        next_cursor: null,
      }),
  })
  const first = await row(1)
  expect(newest()).toEqual({ unended: 'true', sort: 'due_on', limit: '50' })
  expect(within(first).getByText('Quantity short')).toBeInTheDocument()
  expect(within(first).getByText('91%')).toBeInTheDocument()
  expect(within(first).getByText(/days over/)).toBeInTheDocument()
  const second = await row(2)
  expect(within(second).getByText('No reason yet')).toBeInTheDocument()
  expect(within(second).getByText('All open')).toBeInTheDocument()
  const third = await row(3)
  expect(within(third).getByText('Not sure')).toBeInTheDocument()
  expect(within(third).getByText('Not matched')).toBeInTheDocument()
  expect(await screen.findByText('€4,321.00')).toBeInTheDocument()
  expect(screen.getByText('disputed in 41 disputes')).toBeInTheDocument()
})

test('the address says it all, and what nobody knows in it is ignored', async () => {
  open({
    searchParams:
      '?tab=overdue&q=acme&group=tax,nonsense&owner=none&source=email&currency=eur&code=what&sort=-amount',
  })
  await row(1)
  expect(newest()).toEqual({
    overdue: 'true',
    q: 'acme',
    group: 'tax',
    owner: 'none',
    source: 'email',
    sort: '-amount',
    limit: '50',
  })
  expect(screen.getByRole('tab', { name: 'Overdue' })).toHaveAttribute('aria-selected', 'true')
})

test('a tab asks for its disputes, in its order', async () => {
  const { addresses } = open()
  await row(1)
  await userEvent.click(screen.getByRole('tab', { name: 'Check reason' }))
  await waitFor(() => expect(newest()).toEqual({ check: 'true', sort: 'due_on', limit: '50' }))
  await userEvent.click(screen.getByRole('tab', { name: 'Ended' }))
  await waitFor(() => expect(newest()).toEqual({ unended: 'false', sort: '-opened_at', limit: '50' }))
  expect(addresses.at(-1)).toBe('?tab=ended')
})

test('filters show how many they stand for, and owners by their names', async () => {
  open()
  await row(1)
  await screen.findByText('€4,321.00')
  await userEvent.click(screen.getByRole('button', { name: 'Reason' }))
  await userEvent.click(await screen.findByRole('checkbox', { name: 'Short or missing 12' }))
  await waitFor(() => expect(newest().group).toBe('short_ship'))
  await userEvent.keyboard('{Escape}')
  await userEvent.click(screen.getByRole('button', { name: 'Owner' }))
  await userEvent.click(await screen.findByRole('checkbox', { name: 'Grace 2' }))
  await waitFor(() => expect(newest().owner).toMatch(/^118f3a52/))
})

test('where nothing is disputed, that is said', async () => {
  const nothing = () => answer({ items: [], next_cursor: null })
  open({ listed: nothing })
  expect(await screen.findByText('Nothing is disputed')).toBeInTheDocument()
})

test('nothing that matches leads back to all', async () => {
  const { addresses } = open({
    searchParams: '?q=nobody',
    listed: () => answer({ items: [], next_cursor: null }),
  })
  expect(await screen.findByText('No disputes match')).toBeInTheDocument()
  await userEvent.click(screen.getAllByRole('button', { name: 'Clear filters' }).at(-1)!)
  await waitFor(() => expect(addresses.at(-1)).toBe(''))
})

test('who may not see disputes is told so', async () => {
  open({ listed: () => problem(403, 'forbidden', 'This needs the role viewer.') })
  expect(await screen.findByText('Not allowed')).toBeInTheDocument()
})

test('a failure is said with its request id, and asked again', async () => {
  let fails = true
  open({
    listed: () =>
      fails ? problem(400, 'broken', 'It broke.') : answer({ items: [item(9)], next_cursor: null }),
  })
  expect(await screen.findByText('It broke.')).toBeInTheDocument()
  expect(screen.getByText(/r1/)).toBeInTheDocument()
  fails = false
  await userEvent.click(screen.getByRole('button', { name: 'Retry' }))
  expect(await row(9)).toBeInTheDocument()
})

test('who only reads opens none', async () => {
  open({ role: 'viewer' })
  await row(1)
  expect(screen.queryByRole('button', { name: 'New dispute' })).toBeNull()
  await userEvent.keyboard('d')
  expect(screen.queryByRole('dialog')).toBeNull()
})

test('space looks into a dispute, and its text is there', async () => {
  const { addresses } = open()
  await row(1)
  await userEvent.keyboard('j ')
  const dialog = await screen.findByRole('dialog', { name: 'Dispute D-1' })
  expect(await within(dialog).findByText(/We got 36/)).toBeInTheDocument()
  expect(addresses.at(-1)).toBe(`?peek=${item(1).id}`)
})

test('what matches is exported in the list’s order', async () => {
  const { asked: requests } = open({
    searchParams: '?tab=ended',
    answers: {
      'GET /api/disputes/export': new Response('number\r\n', {
        headers: { 'Content-Disposition': 'attachment; filename="disputes.csv"' },
      }),
    },
  })
  await row(1)
  await userEvent.keyboard('e')
  await waitFor(() =>
    expect(requests.find(({ request }) => request === 'GET /api/disputes/export')?.search).toBe(
      '?unended=false&sort=-opened_at',
    ),
  )
})

test('a dispute is opened with what the customer said, and nothing else is made up', async () => {
  const found = { kind: 'invoice', id: dispute().invoice!.id, title: 'INV-7', detail: 'Acme GmbH' }
  const { bodiesOf } = open({
    answers: {
      'GET /api/search': answer({ items: [found] }),
      'POST /api/disputes': answer(dispute(), 201),
    },
  })
  await row(1)
  await userEvent.keyboard('d')
  const dialog = await screen.findByRole('dialog', { name: 'New dispute' })
  await userEvent.click(within(dialog).getByRole('button', { name: 'Open dispute' }))
  expect(await within(dialog).findByText('Choose an invoice')).toBeInTheDocument()
  expect(within(dialog).getByText('Say what is objected to')).toBeInTheDocument()
  expect(bodiesOf('POST /api/disputes')).toEqual([])

  await userEvent.click(within(dialog).getByRole('combobox', { name: 'Invoice' }))
  await userEvent.type(screen.getByPlaceholderText('Search…'), 'INV-7')
  await userEvent.click(await screen.findByRole('option', { name: /INV-7/ }))
  await userEvent.type(within(dialog).getByLabelText('What the customer says'), '4 cartons short')
  await userEvent.type(within(dialog).getByLabelText(/Disputed amount/), '12,5x')
  await userEvent.click(within(dialog).getByRole('button', { name: 'Open dispute' }))
  expect(await within(dialog).findByText(/An amount above 0/)).toBeInTheDocument()
  await userEvent.clear(within(dialog).getByLabelText(/Disputed amount/))
  await userEvent.type(within(dialog).getByLabelText(/Disputed amount/), '12,5')
  await userEvent.click(within(dialog).getByRole('button', { name: 'Open dispute' }))
  await waitFor(() =>
    expect(bodiesOf('POST /api/disputes')).toEqual([
      { invoice_id: found.id, text: '4 cartons short', amount: '12.5' },
    ]),
  )
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
})

test('what the hub refuses is said at its field, or above the form', async () => {
  let refusal = problem(422, 'invalid', 'Not so.', [{ field: 'amount', message: 'More than is open.' }])
  open({
    answers: {
      'GET /api/search': answer({
        items: [{ kind: 'invoice', id: dispute().invoice!.id, title: 'INV-7', detail: '' }],
      }),
      'POST /api/disputes': () => refusal.clone(),
    },
  })
  await row(1)
  await userEvent.click(screen.getByRole('button', { name: 'New dispute' }))
  const dialog = await screen.findByRole('dialog')
  await userEvent.click(within(dialog).getByRole('combobox', { name: 'Invoice' }))
  await userEvent.type(screen.getByPlaceholderText('Search…'), 'INV-7')
  await userEvent.click(await screen.findByRole('option', { name: /INV-7/ }))
  await userEvent.type(within(dialog).getByLabelText('What the customer says'), 'No')
  await userEvent.click(within(dialog).getByRole('button', { name: 'Open dispute' }))
  expect(await within(dialog).findByText('More than is open.')).toBeInTheDocument()
  refusal = problem(409, 'conflict', 'D-3 already disputes all of it.')
  await userEvent.click(within(dialog).getByRole('button', { name: 'Open dispute' }))
  expect(await within(dialog).findByText('D-3 already disputes all of it.')).toBeInTheDocument()
})
