import { expect, test } from 'vitest'
import { partsOf } from './refused-text'

test('what is refused stands apart, by code point', () => {
  const text = '😀 Pay 12 € today'
  expect(partsOf(text, [{ start: 6, end: 10 }])).toEqual([
    { text: '😀 Pay ', refusals: [] },
    { text: '12 €', refusals: [0] },
    { text: ' today', refusals: [] },
  ])
})

test('two refusals of the same words are told apart from one', () => {
  expect(
    partsOf('abcd', [
      { start: 0, end: 3 },
      { start: 2, end: 9 },
    ]),
  ).toEqual([
    { text: 'ab', refusals: [0] },
    { text: 'c', refusals: [0, 1] },
    { text: 'd', refusals: [1] },
  ])
})

test('a text that passes is one part, and an empty one none', () => {
  expect(partsOf('All true', [])).toEqual([{ text: 'All true', refusals: [] }])
  expect(partsOf('', [])).toEqual([])
})
