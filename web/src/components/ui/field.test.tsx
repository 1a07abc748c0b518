import { screen } from '@testing-library/react'
import { expect, test } from 'vitest'
import { renderPage } from '@/test/render'
import { Field } from './field'
import { Input } from './input'

test('label, help and error belong to the control', () => {
  renderPage(
    <Field label="Amount" help="Without tax" error="Enter an amount above zero.">
      <Input />
    </Field>,
  )
  const input = screen.getByRole('textbox', { name: 'Amount' })
  expect(input).toBeInvalid()
  expect(input).toHaveAccessibleDescription('Enter an amount above zero. Without tax')
  expect(screen.getByRole('alert')).toHaveTextContent('Enter an amount above zero.')
})

test('a good one has no error', () => {
  renderPage(
    <Field label="Amount" optional>
      <Input />
    </Field>,
  )
  const input = screen.getByRole('textbox', { name: 'Amount (optional)' })
  expect(input).toBeValid()
  expect(input).not.toHaveAttribute('aria-describedby')
})
