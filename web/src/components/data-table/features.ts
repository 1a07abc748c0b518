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
}

export const features = tableFeatures({ columnVisibilityFeature, columnMeta: metaHelper<ColumnMeta>() })

/** Makes the columns of a table of `Row`; `helper.columns([...])` keeps each accessor's type. */
export const columnsOf = <Row extends object>() => createColumnHelper<typeof features, Row>()
