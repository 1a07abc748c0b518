import { screen, waitFor } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { problem, session, standInForHub } from '@/test/hub'
import { answer, renderPage } from '@/test/render'
import { SignedIn } from './signed-in'

let path = '/'
vi.mock('@/lib/nav', async () => ({
  Link: (props: object) => <a {...props} />,
  usePathname: () => path,
}))

const assign = vi.fn()
beforeEach(() => {
  path = '/'
  assign.mockReset()
  vi.spyOn(window.location, 'assign').mockImplementation(assign)
})
afterEach(() => vi.unstubAllGlobals())

const page = <SignedIn>the page</SignedIn>

test('who is signed in sees the page', async () => {
  standInForHub({ 'GET /api/session': answer(session()) })
  renderPage(page)
  expect(await screen.findByText('the page')).toBeVisible()
})

test('who is not sees nothing of it and is sent to the way in', async () => {
  standInForHub({ 'GET /api/session': problem(401, 'unauthorized', 'Sign in.') })
  window.history.replaceState(null, '', '/invoices/?q=1')
  const { container } = renderPage(page)
  await waitFor(() => expect(assign).toHaveBeenCalledWith('/sign-in/?return_to=%2Finvoices%2F%3Fq%3D1'))
  expect(container).toHaveTextContent('')
  window.history.replaceState(null, '', '/')
})

test('who is a member of no company is told whom to ask, and finds their profile', async () => {
  standInForHub({ 'GET /api/session': answer(session({ tenant: null, role: null, tenants: [] })) })
  renderPage(page)
  expect(await screen.findByText(/Ask an admin of yours to add ada@acme.example/)).toBeVisible()
  expect(screen.getByRole('link', { name: 'Your profile' })).toHaveAttribute('href', '/settings/profile/')
  expect(screen.queryByRole('link', { name: 'Companies' })).not.toBeInTheDocument()
  expect(screen.queryByText('the page')).not.toBeInTheDocument()
})

test('an operator of no company opens the installation’s pages', async () => {
  path = '/settings/tenants/'
  standInForHub({
    'GET /api/session': answer(session({ tenant: null, role: null, tenants: [], is_operator: true })),
  })
  renderPage(page)
  expect(await screen.findByText('the page')).toBeVisible()
})

test('a hub that fails is told with its request id, and asked again', async () => {
  standInForHub({ 'GET /api/session': problem(500, 'internal', 'Our fault.') })
  renderPage(page)
  expect(await screen.findByRole('button', { name: 'Retry' })).toBeVisible()
  expect(screen.getByText('Request r1')).toBeVisible()
})
