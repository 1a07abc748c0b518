/** An invoice's number at the beginning of what is said of it. */
const OF_ONE = /^(\S{1,60}): (.+)$/s

/** Sentences about what speaks against a message; what is said of several invoices alike is said once, of them all. */
export function gathered(warnings: readonly { code: string; sentence: string }[]): string[] {
  const said = new Map<string, string[]>()
  for (const { sentence } of warnings) {
    const [, number, rest] = OF_ONE.exec(sentence) ?? [null, null, sentence]
    const numbers = said.get(rest!) ?? []
    said.set(rest!, number ? [...numbers, number] : numbers)
  }
  return [...said].map(([rest, numbers]) => (numbers.length ? `${numbers.join(', ')}: ${rest}` : rest))
}
