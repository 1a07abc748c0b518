import type { Refusal } from './api'

/** A part of a text, with what the fact check has against it. */
export interface Part {
  text: string
  /** The numbers of the refusals that it belongs to, counting from 0. */
  refusals: number[]
}

/**
 * The text in parts, those that the fact check refuses with the refusals' numbers. Spans count characters as the hub
 * does, by code point; what lies outside the text is left out.
 */
export function partsOf(text: string, refusals: readonly Pick<Refusal, 'start' | 'end'>[]): Part[] {
  const characters = Array.from(text)
  const parts: (Part & { key: string })[] = []
  characters.forEach((character, at) => {
    const numbers = refusals.flatMap(({ start, end }, number) => (at >= start && at < end ? [number] : []))
    const key = numbers.join()
    const last = parts.at(-1)
    if (last?.key === key) last.text += character
    else parts.push({ text: character, refusals: numbers, key })
  })
  return parts.map(({ text: words, refusals: numbers }) => ({ text: words, refusals: numbers }))
}
