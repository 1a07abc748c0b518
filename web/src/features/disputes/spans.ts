/** A part of a text, and whether it speaks for the reason in question. */
export interface Part {
  text: string
  speaks: boolean
}

/**
 * The text in parts, those within `spans` marked. Spans count characters as the hub does, by code point; what overlaps
 * is one part, and what lies outside the text is left out.
 */
export function partsOf(text: string, spans: readonly (readonly number[])[]): Part[] {
  const characters = Array.from(text)
  const marked = new Array<boolean>(characters.length).fill(false)
  for (const [start = 0, end = 0] of spans) marked.fill(true, Math.max(start, 0), Math.max(end, 0))
  const parts: Part[] = []
  characters.forEach((character, at) => {
    const speaks = marked[at] ?? false
    const last = parts.at(-1)
    if (last?.speaks === speaks) last.text += character
    else parts.push({ text: character, speaks })
  })
  return parts
}
