import { act, renderHook } from '@testing-library/react'
import { useForm } from 'react-hook-form'
import { expect, test } from 'vitest'
import { applyProblem, asProblem, Problem } from './problem'

function useTwoFields() {
  const form = useForm({ defaultValues: { name: '', terms: { days: 30 } } })
  // Read, so that react-hook-form keeps it up to date.
  return { ...form, errors: form.formState.errors }
}

function apply(problem: unknown) {
  const { result } = renderHook(useTwoFields)
  act(() => applyProblem(result.current, problem))
  return result.current.errors
}

const invalid = (fields: { field: string; message: string }[]) =>
  new Problem(422, { code: 'invalid', title: 'Invalid', detail: 'Some fields cannot be used.', fields })

test('each message stands beside its field', () => {
  const errors = apply(
    invalid([
      { field: 'name', message: 'Too long.' },
      { field: 'terms.days', message: 'At most 365.' },
    ]),
  )
  expect(errors.name?.message).toBe('Too long.')
  expect(errors.terms?.days?.message).toBe('At most 365.')
  expect(errors.root).toBeUndefined()
})

test('what is about no field of the form is said of the form', () => {
  const errors = apply(
    invalid([
      { field: '', message: 'The two contradict each other.' },
      { field: 'terms.months', message: 'Unknown field.' },
    ]),
  )
  expect(errors.root?.message).toBe('The two contradict each other. terms.months: Unknown field.')
})

test('a problem without fields is said of the form', () => {
  expect(
    apply(new Problem(409, { title: 'Conflict', detail: 'There is one of that name.' })).root?.message,
  ).toBe('There is one of that name.')
})

test('what is no problem becomes one', () => {
  expect(asProblem(new TypeError('x is undefined'))).toMatchObject({
    code: 'fault',
    status: 0,
    detail: 'x is undefined',
  })
})
