import type { KeyboardEvent } from 'react'
import type { DataTableProps } from './data-table'
import type { Selection } from './use-selection'

/** Each row's link, by which the row is reached, opened and told apart. */
const LINKS = '[data-row-link]'

/** Moves the focus `step` rows on, from the first row where no row has it. */
export function moveRow(region: HTMLElement | null, step: number) {
  const links = [...(region?.querySelectorAll<HTMLElement>(LINKS) ?? [])]
  const row = document.activeElement?.closest('[data-row]')
  const current = links.findIndex((link) => row?.contains(link))
  const next = links[current < 0 ? 0 : Math.min(Math.max(current + step, 0), links.length - 1)]
  next?.focus()
  next?.scrollIntoView({ block: 'nearest' })
}

function focusedRow(region: HTMLElement | null): string | null {
  const row = document.activeElement?.closest<HTMLElement>('[data-row]')
  return row && region?.contains(row) ? (row.dataset.row ?? null) : null
}

export const rowKeys = {
  toggleFocused<Row>(region: HTMLElement | null, selection: Selection<Row>) {
    const id = focusedRow(region)
    if (id !== null) selection.toggle(id)
  },

  /** The keys that hold while the focus is within the table, and that no control in it needs for itself. */
  handle<Row extends object>(event: KeyboardEvent, region: HTMLElement | null, props: DataTableProps<Row>) {
    const { table, selection, onPeek } = props
    const target = event.target as HTMLElement
    if (target.closest('input, textarea, select, [contenteditable], [role=menu], [role=dialog]')) return
    if (selection && (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'a') {
      event.preventDefault()
      if (selection.page !== true) selection.togglePage()
    } else if (selection && event.key === 'Escape' && !selection.isEmpty) {
      selection.clear()
    } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      if (!target.closest('[data-row]')) return
      event.preventDefault()
      moveRow(region, event.key === 'ArrowDown' ? 1 : -1)
    } else if (event.key === ' ' && target.matches(LINKS) && onPeek) {
      const row = table.getRowModel().rows.find((each) => each.id === focusedRow(region))
      if (!row) return
      event.preventDefault()
      onPeek(row.original)
    }
  },
}

/** Whether a click on a row was meant for the row, not for a control in it and not to mark text. */
export function isRowClick(target: EventTarget): boolean {
  const isControl = (target as HTMLElement).closest('a, button, input, label, [role=checkbox]') !== null
  return !isControl && (window.getSelection()?.isCollapsed ?? true)
}
