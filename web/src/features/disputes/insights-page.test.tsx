import { screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, expect, test, vi } from 'vitest'
import { problem, session, standInForHub } from '@/test/hub'
import { answer, renderPage } from '@/test/render'
import { insights } from './fixtures'
import { DisputeInsightsPage } from './insights-page'

vi.mock('next/navigation', () => ({
  useRouter: () => ({ push: vi.fn() }),
  usePathname: () => '/disputes/insights/',
}))
afterEach(() => vi.unstubAllGlobals())

function open(found: Response, searchParams = '') {
  const hub = standInForHub({
    'GET /api/session': answer(session()),
    'GET /api/insights/disputes': found,
  })
  renderPage(<DisputeInsightsPage />, { searchParams })
  return hub
}

test('what is disputed, how long it takes and who was right', async () => {
  const { asked } = open(answer(insights()), '?months=3')
  expect(await screen.findByRole('region', { name: 'Opened' })).toHaveTextContent('94 open now, 1 overdue')
  expect(screen.getByRole('region', { name: 'Median time to resolution' })).toHaveTextContent('6.5 days')
  expect(screen.getByRole('region', { name: 'Share upheld' })).toHaveTextContent('25%')
  expect(asked.find(({ request }) => request === 'GET /api/insights/disputes')?.search).toBe('?months=3')
})

test('reasons come by their amount and lead to their disputes, and the table has all figures', async () => {
  open(answer(insights()))
  const figure = await screen.findByRole('figure', { name: /Disputed by reason/ })
  const links = within(figure).getAllByRole('link')
  expect(links.map((link) => link.getAttribute('href'))).toEqual([
    expect.stringMatching(/^\/disputes\/?\?code=quantity_shortage$/),
    expect.stringMatching(/^\/disputes\/?\?code=pricing$/),
  ])
  expect(figure).toHaveTextContent('Most is disputed for “Quantity short”, in 6 disputes.')
  await userEvent.click(within(figure).getByRole('button', { name: 'View as table' }))
  expect(within(figure).getByRole('row', { name: /Price 3 4 900.00 6.5 days 25%/ })).toBeInTheDocument()
})

test('one of several currencies is shown, with what is disputed in it alone', async () => {
  const amounts = (...currencies: string[]) =>
    currencies.map((currency) => ({ currency, amount: '500.0000', open_amount: '0.0000' }))
  const { by_code: codes, totals } = insights()
  open(
    answer(
      insights({
        totals: { ...totals, amounts: amounts('EUR', 'USD') },
        by_code: [
          { ...codes[0]!, amounts: amounts('EUR') },
          { ...codes[1]!, amounts: amounts('USD') },
        ],
      }),
    ),
    '?currency=USD',
  )
  const figure = await screen.findByRole('figure', { name: /Disputed by reason/ })
  expect(
    within(figure)
      .getAllByRole('listitem')
      .map((each) => each.textContent),
  ).toEqual(['Quantity short$500'])
  expect(figure).toHaveTextContent('Most is disputed for “Quantity short”.')
})

test('outcomes say which is the most frequent, and its share', async () => {
  open(answer(insights()))
  expect(await screen.findByText('Valid, credited: 75% of 4 that ended.')).toBeInTheDocument()
  expect(screen.getByRole('row', { name: /Acme GmbH Price 3 €900.00/ })).toBeInTheDocument()
  expect(screen.getByText('No dispute names a product.')).toBeInTheDocument()
})

test('a time without disputes says so', async () => {
  open(answer(insights({ totals: { ...insights().totals, count: 0 } })))
  expect(await screen.findByText('No disputes in this time')).toBeInTheDocument()
})

test('a refusal is said', async () => {
  open(problem(403, 'forbidden', 'This needs the role viewer.'))
  expect(await screen.findByText('Not allowed')).toBeInTheDocument()
})
