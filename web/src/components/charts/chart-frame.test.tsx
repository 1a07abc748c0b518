import { screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test, vi } from 'vitest'
import { renderPage } from '@/test/render'
import { ChartFrame } from './chart-frame'

const rows = [
  { month: 'Oct 2026', dso: 41.5 },
  { month: 'Nov 2026', dso: 39 },
]
const frame = (shown: typeof rows) => (
  <ChartFrame
    title="DSO"
    unit="days"
    summary="39 days now."
    tableColumns={[
      { label: 'Month', text: (row) => row.month },
      { label: 'DSO', numeric: true, text: (row) => `${row.dso} days`, value: (row) => row.dso },
    ]}
    tableRows={shown}
    empty="No sales yet."
  >
    <p>the drawing</p>
  </ChartFrame>
)

test('a figure says its title and what it shows, and gives the same data as a table', async () => {
  renderPage(frame(rows))
  const figure = screen.getByRole('figure', { name: /DSO/ })
  expect(within(figure).getByText('39 days now.')).toBeVisible()
  await userEvent.click(screen.getByRole('button', { name: 'View as table' }))
  expect(screen.queryByText('the drawing')).not.toBeInTheDocument()
  expect(screen.getByRole('row', { name: 'Nov 2026 39 days' })).toBeVisible()
  await userEvent.click(screen.getByRole('button', { name: 'View as chart' }))
  expect(screen.getByText('the drawing')).toBeVisible()
})

test('copying gives plain values, and says whether the browser let it', async () => {
  const user = userEvent.setup()
  const write = vi.spyOn(navigator.clipboard, 'writeText').mockResolvedValueOnce()
  renderPage(frame(rows))
  await user.click(screen.getByRole('button', { name: 'View as table' }))
  await user.click(screen.getByRole('button', { name: 'Copy' }))
  expect(write).toHaveBeenCalledWith('Month\tDSO\r\nOct 2026\t41.5\r\nNov 2026\t39\r\n')
  expect(await screen.findByText('Copied')).toBeVisible()
  write.mockRejectedValueOnce(new DOMException('no', 'NotAllowedError'))
  await user.click(screen.getByRole('button', { name: 'Copied' }))
  expect(await screen.findByText('The browser did not allow copying')).toBeVisible()
})

test('nothing to draw is said, and there is no table of nothing', () => {
  renderPage(frame([]))
  expect(screen.getByText('No sales yet.')).toBeVisible()
  expect(screen.queryByRole('button')).not.toBeInTheDocument()
})
