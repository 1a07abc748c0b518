import { render, screen } from '@testing-library/react'
import { Suspense } from 'react'
import { expect, test, vi } from 'vitest'
import { pageOf } from './page-of'

test('the code is asked for before the page is drawn, and once', async () => {
  const load = vi.fn(() => Promise.resolve(() => <h1>Invoices</h1>))
  const Content = pageOf(load)
  expect(load).toHaveBeenCalledTimes(1)
  render(
    <Suspense>
      <Content />
    </Suspense>,
  )
  expect(await screen.findByRole('heading', { name: 'Invoices' })).toBeInTheDocument()
  expect(load).toHaveBeenCalledTimes(1)
})
