import { screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { beforeEach, expect, test, vi } from 'vitest'
import { ConfirmProvider } from '@/components/confirm'
import { answer, renderPage } from '@/test/render'
import type { Customer } from './api'
import { customer } from './customers.fixtures'
import { CustomerPage } from './view-page'

vi.mock('next/navigation', () => ({
  useRouter: () => ({ push: vi.fn() }),
  usePathname: () => '/customers/view/',
}))

let role = 'member'
let current: Customer
let put: (version: string, body: Customer['profile']) => Response
const written: [string, Customer['profile']][] = []

beforeEach(() => {
  role = 'member'
  current = customer()
  written.length = 0
  sessionStorage.clear()
  put = (_, profile) => {
    current = customer({ profile, version: current.version + 1 })
    return answer(current)
  }
  vi.stubGlobal('fetch', async (request: Request) => {
    const { pathname } = new URL(request.url)
    if (pathname === '/api/session') {
      return answer({
        user: { id: 'u', email: 'a@b.example', name: '' },
        tenant: { key: 'demo', name: 'Demo' },
        role,
        tenants: [],
        is_operator: false,
        csrf_token: 't',
      })
    }
    if (pathname === '/api/connections') return answer({ items: [] })
    if (pathname === '/api/invoices') return answer({ items: [], next_cursor: null })
    if (pathname === '/api/disputes') return answer({ items: [], next_cursor: null })
    if (pathname === '/api/promises') return answer({ items: [], next_cursor: null })
    if (pathname.endsWith('/timeline')) return answer({ items: [], next_cursor: null })
    if (pathname === '/api/copy-requests') return answer({ items: [] })
    if (pathname === '/api/reminders') return answer({ items: [], next_cursor: null })
    if (pathname.endsWith('/risk')) return answer({ title: 'Not found', code: 'not_found' }, 404)
    if (request.method === 'PUT') {
      const profile = (await request.json()) as Customer['profile']
      written.push([request.headers.get('If-Match') ?? '', profile])
      return put(request.headers.get('If-Match') ?? '', profile)
    }
    return answer(current)
  })
})

const page = () =>
  renderPage(
    <ConfirmProvider>
      <CustomerPage />
    </ConfirmProvider>,
    { searchParams: `?id=${customer().id}` },
  )
const edit = async () => {
  await userEvent.click(await screen.findByRole('button', { name: 'Edit' }))
  return screen.findByRole('dialog', { name: 'Contacts and notes' })
}

test('a customer in figures, and what is not known yet', async () => {
  page()
  expect(await screen.findByRole('heading', { level: 1, name: 'Acme GmbH' })).toBeInTheDocument()
  expect(screen.getByText('€1,250.00')).toBeInTheDocument()
  expect(screen.getByText('€250.00')).toBeInTheDocument()
  expect(screen.getByText('4.5 days')).toBeInTheDocument()
  expect(screen.getByText('60%')).toBeInTheDocument()
  expect(screen.getByText('125%')).toBeInTheDocument()
  expect(await screen.findByText('Not assessed yet: the next forecast does.')).toBeInTheDocument()
  expect(await screen.findByText('Nothing has been paid yet.')).toBeInTheDocument()
  expect(screen.getByText('Calls back on Tuesdays.')).toBeInTheDocument()
  expect(screen.getByRole('link', { name: /1–30/ })).toHaveAttribute(
    'href',
    expect.stringContaining(`bucket=1-30&customer=${customer().id}&currency=EUR`),
  )
})

test('a note is changed against the version that was read', async () => {
  page()
  const sheet = await edit()
  const notes = within(sheet).getByRole('textbox', { name: /Notes/ })
  await userEvent.clear(notes)
  await userEvent.type(notes, 'Now on Fridays.')
  await userEvent.click(within(sheet).getByRole('button', { name: 'Save' }))
  expect(await screen.findByText('Now on Fridays.')).toBeInTheDocument()
  expect(written).toEqual([
    ['"3"', expect.objectContaining({ notes: 'Now on Fridays.', contacts: customer().profile.contacts })],
  ])
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
})

test('what somebody else saved meanwhile is shown beside what was typed, and one of both stands', async () => {
  page()
  const sheet = await edit()
  await userEvent.type(within(sheet).getByRole('textbox', { name: /Notes/ }), ' Mine.')
  current = customer({ version: 4, profile: { notes: 'Theirs.', contacts: customer().profile.contacts } })
  put = (version, profile) => {
    if (version !== '"4"') return answer({ title: 'Changed', code: 'precondition_failed' }, 412)
    current = customer({ profile, version: 5 })
    return answer(current)
  }
  await userEvent.click(within(sheet).getByRole('button', { name: 'Save' }))
  const dialog = await screen.findByRole('dialog', { name: 'Changed by someone else' })
  expect(within(dialog).getByText('Theirs.')).toBeInTheDocument()
  expect(within(dialog).getByText('Calls back on Tuesdays. Mine.')).toBeInTheDocument()
  expect(within(dialog).queryByText('Contacts')).toBeNull()
  await userEvent.click(within(dialog).getByRole('button', { name: 'Save yours' }))
  expect(await screen.findByText('Calls back on Tuesdays. Mine.')).toBeInTheDocument()
  expect(written.map(([version]) => version)).toEqual(['"3"', '"4"'])
})

test('theirs may be taken, to go on from', async () => {
  page()
  const sheet = await edit()
  await userEvent.type(within(sheet).getByRole('textbox', { name: /Notes/ }), ' Mine.')
  current = customer({ version: 4, profile: { notes: 'Theirs.' } })
  put = () => answer({ title: 'Changed', code: 'precondition_failed' }, 412)
  await userEvent.click(within(sheet).getByRole('button', { name: 'Save' }))
  await userEvent.click(await screen.findByRole('button', { name: 'Take theirs' }))
  expect(within(sheet).getByRole('textbox', { name: /Notes/ })).toHaveValue('Theirs.')
})

test('what is wrong is said at its field, by us or by the hub', async () => {
  page()
  const sheet = await edit()
  await userEvent.click(within(sheet).getByRole('button', { name: 'Add contact' }))
  await userEvent.click(within(sheet).getByRole('button', { name: 'Save' }))
  expect(await within(sheet).findByText('A name is needed.')).toBeInTheDocument()
  expect(written).toEqual([])
  await userEvent.type(within(sheet).getAllByRole('textbox', { name: 'Name' })[1]!, 'Kim')
  put = () =>
    answer(
      { title: 'Invalid', code: 'invalid', fields: [{ field: 'notes', message: 'Too much of it.' }] },
      422,
    )
  await userEvent.click(within(sheet).getByRole('button', { name: 'Save' }))
  expect(await within(sheet).findByText('Too much of it.')).toBeInTheDocument()
})

test('nothing typed is lost without a question', async () => {
  page()
  const sheet = await edit()
  await userEvent.type(within(sheet).getByRole('textbox', { name: /Notes/ }), '!')
  await userEvent.keyboard('{Escape}')
  expect(await screen.findByRole('alertdialog', { name: 'Discard your changes?' })).toBeInTheDocument()
})

test('a viewer reads and changes nothing', async () => {
  role = 'viewer'
  page()
  await screen.findByText('Calls back on Tuesdays.')
  expect(screen.queryByRole('button', { name: 'Edit' })).toBeNull()
})
