const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const KINDS = ['customer', 'invoice', 'reminder'] as const

/** What an address asks to compose; whatever nobody knows is a new reminder. */
export function whatToCompose(what: string): { kind: (typeof KINDS)[number] | 'new'; id: string } {
  const [kind = '', id = ''] = what.split(':')
  const known = KINDS.find((each) => each === kind)
  return known && ID.test(id) ? { kind: known, id } : { kind: 'new', id: '' }
}
