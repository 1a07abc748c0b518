import { expect, test } from 'vitest'
import { partsOf } from './spans'

test('places count characters as the hub does, not halves of them', () => {
  expect(partsOf('😀 36 of 40', [[2, 4]])).toEqual([
    { text: '😀 ', speaks: false },
    { text: '36', speaks: true },
    { text: ' of 40', speaks: false },
  ])
})

test('what overlaps or touches is one part', () => {
  expect(
    partsOf('abcdef', [
      [3, 5],
      [1, 3],
      [2, 4],
    ]),
  ).toEqual([
    { text: 'a', speaks: false },
    { text: 'bcde', speaks: true },
    { text: 'f', speaks: false },
  ])
})

test('what lies outside the text marks nothing', () => {
  expect(
    partsOf('abc', [
      [2, 9],
      [-4, -1],
      [5, 7],
    ]),
  ).toEqual([
    { text: 'ab', speaks: false },
    { text: 'c', speaks: true },
  ])
  expect(partsOf('', [[0, 4]])).toEqual([])
})
