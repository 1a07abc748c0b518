/** The shapes that a chart's marks have. */
export type KeyShape = 'bar' | 'line' | 'dashed' | 'band' | 'what-if' | 'dot'

/** What the marks of a chart mean, each as it is drawn. */
export function ChartKey({ items }: { items: { shape: KeyShape; label: string }[] }) {
  return (
    <ul className="flex flex-wrap gap-x-4 gap-y-1 text-xs text-muted-foreground">
      {items.map((item) => (
        <li key={item.label} className="flex items-center gap-1.5">
          <svg width="16" height="10" aria-hidden>
            {SHAPES[item.shape]}
          </svg>
          {item.label}
        </li>
      ))}
    </ul>
  )
}

const SHAPES = {
  bar: <rect x="4" y="0" width="8" height="10" rx="1" fill="var(--actual)" />,
  dot: <circle cx="8" cy="5" r="4" fill="var(--actual)" />,
  line: <line x1="0" x2="16" y1="5" y2="5" stroke="var(--primary)" strokeWidth="2" />,
  dashed: (
    <line x1="0" x2="16" y1="5" y2="5" stroke="var(--primary)" strokeWidth="1.5" strokeDasharray="2 3" />
  ),
  'what-if': (
    <line x1="0" x2="16" y1="5" y2="5" stroke="var(--foreground)" strokeWidth="2" strokeDasharray="6 4" />
  ),
  band: <rect x="0" y="0" width="16" height="10" rx="1" className="fill-primary/16 dark:fill-primary/20" />,
} as const
