import { cn } from '@/lib/cn'

export interface ReasonBar {
  sentence: string
  /** How much it moves the forecast; above 0 it makes payment later or risk higher. */
  weight: number
  /** The weight in words: "+6.5 days". */
  text: string
}

/** Why something is forecast: a sentence each, with a bar to the right for what makes it worse and to the left for what helps. */
export function ReasonBars({ reasons, label }: { reasons: ReasonBar[]; label: string }) {
  const most = Math.max(...reasons.map(({ weight }) => Math.abs(weight)), 0) || 1
  return (
    <ul aria-label={label} className="flex flex-col gap-2.5">
      {reasons.map(({ sentence, weight, text }) => (
        <li
          key={sentence}
          className="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 gap-y-1 sm:grid-cols-[minmax(0,1fr)_10rem_5.5rem]"
        >
          <span className="min-w-0">{sentence}</span>
          <span
            aria-hidden
            className="relative h-2.5 rounded-sm bg-muted max-sm:order-last max-sm:col-span-2"
          >
            <span className="absolute inset-y-0 left-1/2 w-px bg-border" />
            <span
              className={cn(
                'absolute inset-y-0 rounded-sm',
                weight >= 0 ? 'left-1/2 bg-warning' : 'right-1/2 bg-positive',
              )}
              style={{ width: `${(50 * Math.abs(weight)) / most}%` }}
            />
          </span>
          <span className="text-right whitespace-nowrap">{text}</span>
        </li>
      ))}
    </ul>
  )
}
