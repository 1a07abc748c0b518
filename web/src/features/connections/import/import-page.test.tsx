import { fireEvent, screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, expect, test, vi } from 'vitest'
import { ConfirmProvider } from '@/components/confirm'
import { problem, session, standInForHub } from '@/test/hub'
import { answer, renderPage } from '@/test/render'
import { runDetail } from '../fixtures'
import type { Preview } from './api'
import { ImportPage } from './import-page'

vi.mock('@/lib/nav', () => ({
  Link: (props: object) => <a {...props} />,
  useRouter: () => ({ push: vi.fn() }),
  usePathname: () => '/connections/import/',
}))
afterEach(() => {
  vi.unstubAllGlobals()
  sessionStorage.clear()
})

const JOB = {
  id: '066b0a9c-3ce5-4b7a-ac8e-bc30e57fed9b',
  kind: 'sync.import',
  state: 'done',
  progress: 1,
  message: '',
  result: { run_id: runDetail().id },
  error: null,
  created_at: '2026-03-31T09:00:00+00:00',
  finished_at: '2026-03-31T09:00:05+00:00',
}

const PREVIEW: Preview = {
  file: 'march.csv',
  format: 'csv',
  encoding: 'utf-8',
  delimiter: ',',
  sheet: null,
  sheets: [],
  header_line: 1,
  names: ['Number', 'Customer', 'Date', 'Total', 'Note'],
  field_names: ['invoice_id', 'customer_name', 'issue_date', 'due_date', 'amount', 'memo'],
  columns: [
    { field: 'invoice_id', column: 'Number', how: 'header "Number"', samples: ['A-1', 'A-2'] },
    { field: 'customer_name', column: 'Customer', how: 'header "Customer"', samples: ['Acme'] },
    { field: 'issue_date', column: 'Date', how: 'header "Date"', samples: ['2026-01-31'] },
    { field: 'amount', column: 'Total', how: 'header "Total"', samples: ['100.00'] },
  ],
  ignored: ['Note'],
  customers_in_headings: false,
  date_order: 'ymd',
  date_evidence: 'every date names its year first',
  decimal: '.',
  decimal_evidence: '"100.00" can only have a decimal point',
  currency: 'USD',
  currency_source: 'assumed',
  as_of: '2026-01-31',
  as_of_source: 'the latest date in the file',
  rows: 2,
  copies: 0,
  skipped: { blank: 1 },
  stated_total: null,
  problems: [
    { line: 3, field: 'Date', value: '2026-02-30', expected: 'a date', message: 'line 3, column "Date": …' },
  ],
  bad_rows: 1,
  sample: [
    { line: 2, cells: ['A-1', 'Acme', '2026-01-31', '100.00', 'first'] },
    { line: 3, cells: ['A-2', 'Acme', '2026-02-30', '5.00', ''] },
  ],
}

const CLEAN: Preview = {
  ...PREVIEW,
  problems: [],
  bad_rows: 0,
  sample: PREVIEW.sample.map((row) =>
    row.line === 3 ? { ...row, cells: ['A-2', 'Acme', '2026-02-28', '5.00', ''] } : row,
  ),
}

/** What was sent with the file, by name. */
async function fieldsOf(request: Request): Promise<Record<string, FormDataEntryValue>> {
  return Object.fromEntries(await request.formData())
}

async function open(
  preview: (sent: Record<string, FormDataEntryValue>) => Response,
  answers: Parameters<typeof standInForHub>[0] = {},
) {
  const imports: Record<string, FormDataEntryValue>[] = []
  standInForHub({
    'GET /api/session': answer(session({ role: 'member' })),
    'POST /api/invoices/import/preview': async (request) => preview(await fieldsOf(request)),
    'POST /api/invoices/import': async (request) => {
      imports.push(await fieldsOf(request))
      return answer({ ...JOB, state: 'queued' }, 202)
    },
    [`GET /api/jobs/${JOB.id}`]: answer(JOB),
    'GET /api/jobs': answer({ items: [{ ...JOB, kind: 'forecasting.refresh' }] }),
    [`GET /api/runs/${runDetail().id}`]: answer(runDetail({ kind: 'import' })),
    ...answers,
  })
  const user = userEvent.setup()
  renderPage(
    <ConfirmProvider>
      <ImportPage />
    </ConfirmProvider>,
  )
  const input = await screen.findByLabelText('Choose a file')
  await user.upload(input, new File(['Number,Customer,Date,Total,Note\n'], 'march.csv', { type: 'text/csv' }))
  return { user, imports }
}

test('a bad cell is mended where it stands, and goes along with the file', async () => {
  const { user, imports } = await open(({ corrections }) => answer(corrections ? CLEAN : PREVIEW))
  const table = await screen.findByRole('table', { name: 'Rows of the file' })
  const cell = within(table).getByRole('textbox', { name: 'Date, line 3' })
  expect(cell).toHaveValue('2026-02-30')
  expect(cell).toHaveAccessibleDescription('Date: expected a date')
  expect(screen.getByRole('button', { name: 'Import' })).toBeDisabled()
  await user.clear(cell)
  await user.type(cell, '2026-02-28{Enter}')
  expect(await screen.findByText('Every row can be used')).toBeVisible()
  await user.click(screen.getByRole('button', { name: 'Import' }))
  expect(await screen.findByText('march.csv is imported')).toBeVisible()
  expect(JSON.parse(imports[0]!.corrections as string)).toEqual([
    { line: 3, column: 'Date', value: '2026-02-28' },
  ])
  expect((imports[0]!.file as File).name).toBe('march.csv')
  expect(await screen.findByText('The forecast is up to date')).toBeVisible()
})

test('a mended cell can be undone', async () => {
  const { user } = await open(({ corrections }) => answer(corrections ? CLEAN : PREVIEW))
  const table = await screen.findByRole('table', { name: 'Rows of the file' })
  const cell = within(table).getByRole('textbox', { name: 'Date, line 3' })
  await user.clear(cell)
  await user.type(cell, '2026-02-28{Enter}')
  await user.click(await screen.findByRole('tab', { name: 'First 2 rows' }))
  await user.click(await screen.findByRole('button', { name: 'Undo: line 3 says “2026-02-30”' }))
  expect(await screen.findByRole('tab', { name: '1 row with an error' })).toBeVisible()
})

test('bad rows may be left out', async () => {
  const { user, imports } = await open(() => answer(PREVIEW))
  await user.click(await screen.findByRole('checkbox', { name: 'Leave out the row with an error' }))
  expect(screen.getByText('1 row will be imported.')).toBeVisible()
  await user.click(screen.getByRole('button', { name: 'Import' }))
  await waitFor(() => expect(imports.map(({ skip_bad }) => skip_bad)).toEqual(['true']))
})

test('another column is chosen, and the file is read anew by it', async () => {
  const sent: unknown[] = []
  const { user } = await open(({ mapping }) => {
    sent.push(mapping)
    return answer(PREVIEW)
  })
  const choice = await screen.findByRole('combobox', { name: 'What the column Date holds' })
  expect(choice).toHaveTextContent('Invoice date')
  choice.focus()
  await user.keyboard('{Enter}')
  fireEvent.click(await screen.findByRole('option', { name: 'Due date *' }))
  await waitFor(() => expect(sent.at(-1)).toBe('{"issue_date":null,"due_date":"Date"}'))
})

test('where no column is recognised the first rows are shown, and what is missing is named', async () => {
  const refusal = problem(422, 'invalid', 'no column was recognised as invoice_id', [
    { field: 'mapping', message: 'no column was recognised as invoice_id' },
  ])
  await open(() => refusal.clone(), {
    'POST /api/invoices/import/head': answer({
      file: 'march.csv',
      format: 'csv',
      encoding: 'utf-8',
      delimiter: ',',
      sheet: null,
      sheets: [],
      header_line: 1,
      names: ['Ref', 'Who'],
      field_names: ['invoice_id', 'customer_name'],
      rows: [{ line: 2, cells: ['A-1', 'Acme'] }],
    }),
  })
  expect(await screen.findByText('no column was recognised as invoice_id')).toBeVisible()
  expect(await screen.findByRole('combobox', { name: 'What the column Ref holds' })).toHaveTextContent(
    'Not used',
  )
  expect(screen.getByText(/No column holds: Invoice number, Customer number or Customer name/)).toBeVisible()
  expect(screen.queryByRole('button', { name: 'Import' })).toBeNull()
})

test('what only a person can say is asked at its setting', async () => {
  await open(() =>
    problem(422, 'invalid', 'every date has two readings', [
      { field: 'date_order', message: 'Day or month first?' },
    ]),
  )
  expect(await screen.findByRole('combobox', { name: 'Order of dates' })).toHaveAccessibleDescription(
    'Day or month first?',
  )
})

test('an import that fails says why, and the file is still there', async () => {
  const { user } = await open(() => answer(CLEAN), {
    [`GET /api/jobs/${JOB.id}`]: answer({
      ...JOB,
      state: 'failed',
      error: { code: 'invalid', message: 'line 9 is bad', trace_id: null },
    }),
  })
  await user.click(await screen.findByRole('button', { name: 'Import' }))
  expect(await screen.findByText('line 9 is bad')).toBeVisible()
  await user.click(screen.getByRole('button', { name: 'Back to the file' }))
  expect(screen.getByRole('table', { name: 'Rows of the file' })).toBeVisible()
})

test('who may only look imports nothing', async () => {
  standInForHub({ 'GET /api/session': answer(session({ role: 'viewer' })) })
  renderPage(
    <ConfirmProvider>
      <ImportPage />
    </ConfirmProvider>,
  )
  expect(await screen.findByText(/Only members and admins/)).toBeVisible()
  expect(screen.queryByLabelText('Choose a file')).toBeNull()
})
