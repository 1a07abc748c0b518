import { screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, expect, test, vi } from 'vitest'
import { ConfirmProvider } from '@/components/confirm'
import { problem, session, standInForHub } from '@/test/hub'
import { answer, renderPage } from '@/test/render'
import { ReminderSettings } from './settings'
import { read, readAmounts, write } from './settings-document'

vi.mock('next/navigation', () => ({
  useRouter: () => ({ push: vi.fn() }),
  usePathname: () => '/settings/reminder-settings/',
}))
afterEach(() => vi.unstubAllGlobals())

const document = {
  sender: { company: '', name: 'Jo Doe', phone: '', postal_address: '', reply_to: null },
  bank: null,
  payment_link: null,
  allowed: { late_fee: null, interest_rate: null, discount: null },
  language: 'en',
  quiet: { from: '08:30', to: '17:00', friday_to: '13:00', weekdays: [1, 2, 3, 4, 5] },
  caps: { per_days: 5, max_per_week: 2 },
  minimum_amount: { EUR: '10.00' },
  tolerance: {},
  stale_after_hours: 24,
  files_stale_after_days: 7,
  minimum_age_days: 3,
  rest_after_answer_days: 5,
  key_account_tags: ['key account'],
  ask_provider_after_minutes: 60,
}

function open(
  answers: Parameters<typeof standInForHub>[0] = {},
  role: 'admin' | 'member' | 'viewer' = 'admin',
) {
  const hub = standInForHub({
    'GET /api/session': answer(session({ role })),
    'GET /api/tenant': answer({
      key: 'acme',
      name: 'Acme',
      home_currency: 'EUR',
      time_zone: 'UTC',
      version: 1,
    }),
    'GET /api/reminder-settings': answer({ document, version: 2, updated_at: '2026-11-20T08:00:00+00:00' }),
    ...answers,
  })
  renderPage(
    <ConfirmProvider>
      <ReminderSettings />
    </ConfirmProvider>,
  )
  return hub
}
/** The form, once it is known who reads it. */
const ready = () => screen.findByRole('button', { name: 'Save' })

test('what is not touched is written back as it was read', () => {
  expect(write(read(document))).toEqual(document)
})

test.each([
  ['EUR 10.00, usd 15', { EUR: '10.00', USD: '15' }, true],
  ['', {}, true],
  ['10', {}, false],
  ['EUR 1,000.00', {}, false],
  ['EURO 10', {}, false],
])('amounts as they are typed: %s', (text, amounts, isRight) => {
  const found = readAmounts(text)
  expect(found.isRight).toBe(isRight)
  if (isRight) expect(found.amounts).toEqual(amounts)
})

test('settings are stored whole against the version that was read', async () => {
  const { asked } = open({
    'PUT /api/reminder-settings': answer({ document, version: 3, updated_at: '2026-11-21T08:00:00+00:00' }),
  })
  expect(await screen.findByRole('button', { name: 'Save' })).toBeDisabled()
  await userEvent.type(screen.getByLabelText(/^IBAN/), 'de89 3704 0044 0532 0130 00')
  await userEvent.type(screen.getByLabelText(/^Late fee/), 'EUR 40.00')
  await userEvent.click(screen.getByRole('checkbox', { name: 'Fri' }))
  await userEvent.clear(screen.getByLabelText(/^Reminders in seven days/))
  await userEvent.type(screen.getByLabelText(/^Reminders in seven days/), '1')
  await userEvent.click(screen.getByRole('button', { name: 'Save' }))
  await waitFor(() => {
    const sent = asked.find(({ request }) => request === 'PUT /api/reminder-settings')
    expect(sent?.headers.get('If-Match')).toBe('"2"')
    expect(sent?.body).toEqual({
      document: {
        ...document,
        bank: { iban: 'DE89370400440532013000', bic: null, holder: null },
        allowed: { ...document.allowed, late_fee: { currency: 'EUR', amount: '40.00' } },
        quiet: { ...document.quiet, weekdays: [1, 2, 3, 4] },
        caps: { per_days: 5, max_per_week: 1 },
      },
    })
  })
})

test('what is wrong is said at its field', async () => {
  open({
    'PUT /api/reminder-settings': problem(422, 'invalid', 'The settings cannot be used.', [
      { field: 'bank.iban', message: 'This is no IBAN: its check digits do not fit.' },
    ]),
  })
  await ready()
  await userEvent.type(screen.getByLabelText(/^IBAN/), 'DE00')
  await userEvent.click(screen.getByRole('button', { name: 'Save' }))
  expect(await screen.findByText('This is no IBAN: its check digits do not fit.')).toBeInTheDocument()
  expect(screen.getByLabelText(/^IBAN/)).toHaveAttribute('aria-invalid', 'true')
})

test('amounts that are none are said before anything is sent', async () => {
  open()
  await ready()
  await userEvent.type(screen.getByLabelText(/^Counts as paid/), 'five')
  expect(screen.getByText('A currency and an amount each, separated by commas.')).toBeInTheDocument()
  expect(screen.getByRole('button', { name: 'Save' })).toBeDisabled()
})

test('what somebody else has stored meanwhile is read again', async () => {
  open({ 'PUT /api/reminder-settings': problem(412, 'precondition_failed', 'They were changed.') })
  await ready()
  await userEvent.type(screen.getByLabelText(/^Signed by/), '!')
  await userEvent.click(screen.getByRole('button', { name: 'Save' }))
  await userEvent.click(await screen.findByRole('button', { name: 'Read again' }))
  await waitFor(() => expect(screen.queryByRole('button', { name: 'Read again' })).toBeNull())
})

test('who only reads changes nothing', async () => {
  open({}, 'member')
  expect(await screen.findByLabelText(/^Signed by/)).toBeDisabled()
  expect(screen.queryByRole('button', { name: 'Save' })).toBeNull()
})
