import { screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { answer, renderPage } from '@/test/render'
import { SavedViews } from './index'
import { shownView, type View, viewAddress, viewQuery } from './views'

const push = vi.hoisted(() => vi.fn())
vi.mock('@/lib/nav', () => ({ usePathname: () => '/invoices/', useRouter: () => ({ push }) }))

const LATE: View = {
  id: '018f3a52-6c1e-8d5b-9a4e-3d1c2b7f9e10',
  page: '/invoices/',
  name: 'Late and large',
  query: 'tab=overdue&min=1000',
  created_at: '2026-11-22T08:00:00Z',
}

let kept: View[]
let writes: { method: string; body: unknown }[]
let refusal: Response | null

beforeEach(() => {
  kept = [LATE]
  writes = []
  refusal = null
  push.mockReset()
  window.history.replaceState(null, '', '/invoices/')
  vi.stubGlobal('fetch', async (request: Request) => {
    if (new URL(request.url).pathname === '/api/session') return answer({ csrf_token: 't' })
    if (request.method === 'GET') return answer({ items: kept })
    const body = request.method === 'DELETE' ? null : ((await request.json()) as Partial<View>)
    writes.push({ method: request.method, body })
    if (refusal) return refusal
    if (request.method === 'DELETE') {
      kept = []
      return answer(undefined, 204)
    }
    const view = { ...LATE, ...body }
    kept = [view]
    return answer(view, request.method === 'POST' ? 201 : 200)
  })
})

afterEach(() => vi.unstubAllGlobals())

async function openMenu() {
  const user = userEvent.setup()
  renderPage(<SavedViews />)
  await user.click(screen.getByRole('button', { name: 'Views' }))
  return user
}

describe('the menu', () => {
  it('leads to a view, and marks the one that is shown', async () => {
    window.history.replaceState(null, '', '/invoices/?min=1000&tab=overdue&page=2&after=x')
    const user = await openMenu()
    const item = await screen.findByRole('menuitemradio', { name: LATE.name })
    await waitFor(() => expect(item).toHaveAttribute('aria-checked', 'true'))
    expect(screen.queryByRole('menuitem', { name: /Save this view/ })).toBeNull()
    await user.click(item)
    expect(push).toHaveBeenCalledWith('/invoices/?tab=overdue&min=1000')
  })

  it('keeps what is looked at under a name, without what passes', async () => {
    window.history.replaceState(null, '', '/invoices/?tab=paid&page=3&after=c&peek=1')
    const user = await openMenu()
    await user.click(await screen.findByRole('menuitem', { name: /Save this view/ }))
    await user.click(screen.getByRole('button', { name: 'Save view' }))
    expect(await screen.findByText('Enter a name.')).toBeVisible()
    await user.type(screen.getByLabelText('Name'), 'Paid')
    await user.click(screen.getByRole('button', { name: 'Save view' }))
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
    expect(writes).toEqual([
      { method: 'POST', body: { page: '/invoices/', name: 'Paid', query: 'tab=paid' } },
    ])
  })

  it('says at the name what the hub has against it', async () => {
    window.history.replaceState(null, '', '/invoices/?tab=paid')
    refusal = answer(
      {
        title: 'Conflict',
        status: 409,
        code: 'conflict',
        detail: 'You have a view called Late and large on this page.',
        fields: [{ field: 'name', message: 'There is a view of that name on this page.' }],
      },
      409,
    )
    const user = await openMenu()
    await user.click(await screen.findByRole('menuitem', { name: /Save this view/ }))
    await user.type(screen.getByLabelText('Name'), LATE.name)
    await user.click(screen.getByRole('button', { name: 'Save view' }))
    const dialog = within(screen.getByRole('dialog'))
    expect(await dialog.findByText('There is a view of that name on this page.')).toBeVisible()
  })

  it('has nothing to keep where nothing is narrowed', async () => {
    kept = []
    await openMenu()
    expect(await screen.findByText(/No views yet/)).toBeVisible()
    expect(screen.getByRole('menuitem', { name: /Save this view/ })).toHaveAttribute('aria-disabled', 'true')
    expect(screen.queryByRole('menuitem', { name: /Manage/ })).toBeNull()
  })
})

it('views are renamed and let go of', async () => {
  const user = await openMenu()
  await user.click(await screen.findByRole('menuitem', { name: /Manage/ }))
  const name = screen.getByLabelText(`Name of the view ${LATE.name}`)
  await user.clear(name)
  await user.type(name, 'Late{Enter}')
  await waitFor(() => expect(writes).toEqual([{ method: 'PUT', body: { name: 'Late', query: LATE.query } }]))
  await user.click(await screen.findByRole('button', { name: 'Delete the view Late' }))
  await waitFor(() => expect(screen.queryByRole('listitem')).toBeNull())
  expect(writes.at(-1)).toEqual({ method: 'DELETE', body: null })
})

it('equal views have equal queries, whatever passes and in whatever order', () => {
  expect(viewQuery('?b=2&a=1&page=4&peek=x')).toBe('a=1&b=2')
  expect(viewQuery('')).toBe('')
  expect(shownView([LATE], '?min=1000&tab=overdue')).toBe(LATE)
  expect(shownView([LATE], '?min=1001&tab=overdue')).toBeUndefined()
  expect(viewAddress({ page: '/invoices/', query: '' })).toBe('/invoices/')
})
