import { columnVisibilityFeature, createColumnHelper, metaHelper, tableFeatures } from '@tanstack/react-table'

/** What the tables of the dashboard need to know of a column beside its cell. */
export interface ColumnMeta {
  /** The column's name, in the reader's language. */
  label: string
  /** The hub's name of the order by this column; left out where the hub cannot sort by it. */
  sort?: string
  align?: 'end'
  /** Its place on a narrow screen, where a row is a block: detail (a label and a value) unless said otherwise. */
  stack?: 'title' | 'aside' | 'subtitle' | 'hide'
  /** Cells that may be long take what is left of the width and are cut with an ellipsis. */
  grow?: boolean
  /** Stays in sight at the table's end, however far the table goes on beneath it; its name is for screen readers. */
  pinned?: boolean
}

/** Opaque, in the colour that the row beneath it has. */
export const PINNED =
  'sticky right-0 bg-card in-[tr:hover]:bg-[color-mix(in_oklab,var(--muted)_60%,var(--card))] in-data-[state=selected]:bg-accent'

export const features = tableFeatures({ columnVisibilityFeature, columnMeta: metaHelper<ColumnMeta>() })

/** Makes the columns of a table of `Row`; `helper.columns([...])` keeps each accessor's type. */
export const columnsOf = <Row extends object>() => createColumnHelper<typeof features, Row>()
