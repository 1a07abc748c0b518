import { act, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, expect, test, vi } from 'vitest'
import { Problem } from '@/lib/problem'
import { renderPage } from '@/test/render'
import { Empty } from './empty'
import { Region } from './region'

afterEach(() => vi.useRealTimers())

const refetch = vi.fn()
type Query = Parameters<typeof Region<string[]>>[0]['query']

function show(query: Partial<Query>) {
  const whole = { data: undefined, error: null, isPlaceholderData: false, refetch, ...query } as Query
  return renderPage(
    <Region
      query={whole}
      skeleton={<p>skeleton</p>}
      isEmpty={(rows) => rows.length === 0}
      empty={<Empty title="No invoices yet" />}
    >
      {(rows) => <p>{rows.join(', ')}</p>}
    </Region>,
  )
}

test('what is on its way has its place at once and is seen after a while', () => {
  vi.useFakeTimers()
  show({})
  const place = screen.getByText('skeleton').parentElement
  expect(place).toHaveClass('invisible')
  act(() => vi.advanceTimersByTime(299))
  expect(place).toHaveClass('invisible')
  act(() => vi.advanceTimersByTime(1))
  expect(place).not.toHaveClass('invisible')
  expect(screen.getByText('Loading…')).toBeInTheDocument()
})

test('what is there is shown', () => {
  const { container } = show({ data: ['INV-1', 'INV-2'] })
  expect(screen.getByText('INV-1, INV-2')).toBeInTheDocument()
  expect(container.querySelector('[aria-busy=true]')).toBeNull()
})

test('nothing is said to be nothing', () => {
  show({ data: [] })
  expect(screen.getByText('No invoices yet')).toBeInTheDocument()
})

test('the answer before stays, dimmed, until the next is there', () => {
  const { container } = show({ data: ['INV-1'], isPlaceholderData: true })
  expect(container.querySelector('[aria-busy=true]')).toHaveClass('opacity-60')
  expect(screen.getByText('INV-1')).toBeInTheDocument()
})

test('a failure says what and under which id, and can be tried again', async () => {
  const user = userEvent.setup()
  show({
    error: new Problem(500, { title: 'Internal error', detail: 'It was logged.', request_id: 'r-42' }),
  })
  expect(screen.getByRole('alert')).toHaveTextContent('Internal error')
  expect(screen.getByRole('alert')).toHaveTextContent('It was logged.')
  await user.click(screen.getByRole('button', { name: 'Copy the request id' }))
  expect(await navigator.clipboard.readText()).toBe('r-42')
  await user.click(screen.getByRole('button', { name: 'Retry' }))
  expect(refetch).toHaveBeenCalledTimes(1)
})

test('what could not be refreshed stays beside the problem', () => {
  show({ data: ['INV-1'], error: new Problem(0, { code: 'unreachable' }) })
  expect(screen.getByRole('alert')).toHaveTextContent('The hub cannot be reached')
  expect(screen.getByText('INV-1')).toBeInTheDocument()
})

test('who may not see it reads which role may, and gets no retry', () => {
  show({ error: new Problem(403, { title: 'Forbidden', detail: 'This needs the role admin.' }) })
  expect(screen.getByRole('alert')).toHaveTextContent('Not allowedThis needs the role admin.')
  expect(screen.queryByRole('button', { name: 'Retry' })).toBeNull()
})

test('who asked too often reads how long to wait', () => {
  show({ error: new Problem(429, { title: 'Too many' }, 1) })
  expect(screen.getByRole('alert')).toHaveTextContent('Try again in 1 second.')
})
