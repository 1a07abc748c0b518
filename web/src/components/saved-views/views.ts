import type { components } from '@/lib/schema'

export type View = components['schemas']['View']

/** Keys of an address that say what is being looked at just now, and not which view of the list it is. */
const PASSING = ['peek', 'page', 'after']

/** The part of an address's query that a view keeps, in an order of its own, so that equal views have equal text. */
export function viewQuery(search: string): string {
  const parameters = new URLSearchParams(search)
  for (const name of PASSING) parameters.delete(name)
  parameters.sort()
  return parameters.toString()
}

/** The view that an address shows, if it is one of `views`. */
export function shownView(views: readonly View[], search: string): View | undefined {
  const query = viewQuery(search)
  return views.find((view) => viewQuery(view.query) === query)
}

/** Where a view is looked at. */
export function viewAddress(view: Pick<View, 'page' | 'query'>): string {
  return view.query ? `${view.page}?${view.query}` : view.page
}
