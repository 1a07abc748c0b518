import compile from 'icu-minify/compile'
import { expect, test } from 'vitest'
import { en } from '.'
import { de } from './de'

/** Every message by its dotted name. */
function flatten(node: unknown, path = ''): Record<string, string> {
  if (typeof node === 'string') return { [path]: node }
  return Object.assign(
    {},
    ...Object.entries(node as object).map(([key, child]) => flatten(child, path ? `${path}.${key}` : key)),
  ) as Record<string, string>
}

/** The arguments and tags of an ICU message: `{count, plural, one {# row} other {# rows}}` takes `count`. */
function argumentsOf(message: string): string[] {
  const names = new Set<string>()
  const walk = (node: unknown): void => {
    if (!Array.isArray(node)) return
    for (const part of node as unknown[]) {
      if (!Array.isArray(part)) continue
      const [name, ...rest] = part as [string, ...unknown[]]
      names.add(name)
      for (const each of rest) {
        if (Array.isArray(each)) walk([each])
        else if (each && typeof each === 'object') Object.values(each).forEach(walk)
      }
    }
  }
  walk(compile(message))
  return [...names].sort()
}

const english = flatten(en)
const german = flatten(de)

test('both languages say the same things', () => {
  expect(Object.keys(german).sort()).toEqual(Object.keys(english).sort())
})

test('every message takes the same arguments in both languages', () => {
  const takes = (messages: Record<string, string>) =>
    Object.fromEntries(Object.keys(english).map((key) => [key, argumentsOf(messages[key] ?? '')]))
  expect(takes(german)).toEqual(takes(english))
})

test('no message is empty', () => {
  expect(Object.entries({ ...english, ...german }).filter(([, message]) => !message.trim())).toEqual([])
})
