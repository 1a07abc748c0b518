import { act, fireEvent, render, renderHook, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, expect, test, vi } from 'vitest'
import { type Action, useActions, useHotkeys, useOfferedActions } from './hotkeys'
import { usePreferences } from './preferences'

afterEach(() => usePreferences.setState({ letterKeys: true }))

const bind = (keys: string, options?: Parameters<typeof useHotkeys>[1]) => {
  const run = vi.fn()
  renderHook(() => useHotkeys({ [keys]: () => run() }, options))
  return run
}

test.each([
  ['j', 'j'],
  ['?', '?'],
  ['space', '[Space]'],
  ['arrowdown', '{ArrowDown}'],
  ['mod+k', '{Control>}k{/Control}'],
  ['mod+k', '{Meta>}k{/Meta}'],
  ['g i', 'gi'],
])('%s acts on %s', async (keys, typed) => {
  const run = bind(keys)
  await userEvent.keyboard(typed)
  expect(run).toHaveBeenCalledTimes(1)
})

test('the second key of a sequence is not taken for one by itself', async () => {
  const invoices = bind('g i')
  const i = bind('i')
  await userEvent.keyboard('gi')
  expect(invoices).toHaveBeenCalledTimes(1)
  expect(i).not.toHaveBeenCalled()
  await userEvent.keyboard('i')
  expect(i).toHaveBeenCalledTimes(1)
})

test('a sequence ends by another key, and after a while', () => {
  const run = bind('g i')
  press('g')
  press('x')
  press('i')
  press('g', 1000)
  press('i', 3000)
  expect(run).not.toHaveBeenCalled()
  press('g', 4000)
  press('i', 5000)
  expect(run).toHaveBeenCalledTimes(1)
})

test('keys belong to what is typed into', async () => {
  const letter = bind('j')
  const palette = bind('mod+k')
  render(<input aria-label="Filter" />)
  await userEvent.type(screen.getByRole('textbox'), 'j{Control>}k{/Control}')
  expect(letter).not.toHaveBeenCalled()
  expect(palette).toHaveBeenCalledTimes(1)
})

test('letters can be switched off, and only letters', async () => {
  usePreferences.setState({ letterKeys: false })
  const off = [bind('j'), bind('?'), bind('g i')]
  const on = [bind('mod+k'), bind('arrowdown')]
  await userEvent.keyboard('j?gi{Control>}k{/Control}{ArrowDown}')
  expect(off.map((run) => run.mock.calls.length)).toEqual([0, 0, 0])
  expect(on.map((run) => run.mock.calls.length)).toEqual([1, 1])
})

test('an open dialog has the keyboard to itself', async () => {
  const page = bind('j')
  const sheet = bind(']', { inDialog: true })
  render(<div role="dialog" data-state="open" />)
  await userEvent.keyboard('j]')
  expect(page).not.toHaveBeenCalled()
  expect(sheet).toHaveBeenCalledTimes(1)
})

test('of two for one key the last one holds, until it is gone', async () => {
  const first = bind('e')
  const second = vi.fn()
  const { unmount } = renderHook(() => useHotkeys({ e: () => second() }))
  await userEvent.keyboard('e')
  expect([first.mock.calls.length, second.mock.calls.length]).toEqual([0, 1])
  unmount()
  await userEvent.keyboard('e')
  expect([first.mock.calls.length, second.mock.calls.length]).toEqual([1, 1])
})

test('nothing happens while it is not enabled', async () => {
  const run = bind('e', { enabled: false })
  await userEvent.keyboard('e')
  expect(run).not.toHaveBeenCalled()
})

test('actions are offered while they are there, and act by their keys', async () => {
  const sync = vi.fn()
  const action: Action = { id: 'sync', label: 'Run a sync', keys: 'y', run: sync }
  const { unmount } = renderHook(() => useActions([action]))
  const { result } = renderHook(useOfferedActions)
  expect(result.current.map(({ label }) => label)).toEqual(['Run a sync'])
  await userEvent.keyboard('y')
  act(() => result.current[0]?.run())
  expect(sync).toHaveBeenCalledTimes(2)
  unmount()
  expect(result.current).toEqual([])
})

/** A key at an instant in milliseconds, which user-event cannot choose. */
function press(key: string, at = 0): void {
  const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true })
  Object.defineProperty(event, 'timeStamp', { value: at })
  fireEvent(document.body, event)
}
