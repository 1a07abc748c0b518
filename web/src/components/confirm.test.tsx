import { screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test, vi } from 'vitest'
import { renderPage } from '@/test/render'
import { ConfirmProvider, type Question, useConfirm } from './confirm'

function Asker({ question, onAnswer }: { question: Question; onAnswer: (answer: boolean) => void }) {
  const confirm = useConfirm()
  return (
    <button type="button" onClick={() => void confirm(question).then(onAnswer)}>
      Ask
    </button>
  )
}

async function ask(question: Partial<Question> = {}) {
  const user = userEvent.setup()
  const onAnswer = vi.fn()
  renderPage(
    <ConfirmProvider>
      <Asker
        question={{ title: 'Disconnect?', detail: '12 invoices stay.', action: 'Disconnect', ...question }}
        onAnswer={onAnswer}
      />
    </ConfirmProvider>,
  )
  await user.click(screen.getByRole('button', { name: 'Ask' }))
  expect(screen.getByRole('alertdialog', { name: 'Disconnect?' })).toHaveTextContent('12 invoices stay.')
  return { user, onAnswer }
}

test('yes is told once, and the focus goes back', async () => {
  const { user, onAnswer } = await ask()
  await user.click(screen.getByRole('button', { name: 'Disconnect' }))
  await waitFor(() => expect(onAnswer.mock.calls).toEqual([[true]]))
  await waitFor(() => expect(screen.queryByRole('alertdialog')).toBeNull())
})

test.each([
  [
    'Cancel',
    (user: ReturnType<typeof userEvent.setup>) => user.click(screen.getByRole('button', { name: 'Cancel' })),
  ],
  ['Escape', (user: ReturnType<typeof userEvent.setup>) => user.keyboard('{Escape}')],
])('%s is no', async (_, leave) => {
  const { user, onAnswer } = await ask()
  await leave(user)
  await waitFor(() => expect(onAnswer.mock.calls).toEqual([[false]]))
})

test('a word to type is wanted exactly', async () => {
  const { user, onAnswer } = await ask({ typeToConfirm: 'QuickBooks' })
  const button = screen.getByRole('button', { name: 'Disconnect' })
  const input = screen.getByLabelText('Type QuickBooks to confirm')
  await user.type(input, 'quickbooks{Enter}')
  expect(button).toBeDisabled()
  expect(onAnswer).not.toHaveBeenCalled()
  await user.clear(input)
  await user.type(input, 'QuickBooks{Enter}')
  await waitFor(() => expect(onAnswer.mock.calls).toEqual([[true]]))
})
