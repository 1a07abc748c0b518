/** A line without axes, 24 px high, beside the figure that it is the past of. It says in words what it shows. */
export function Sparkline({
  values,
  label,
  className,
  width = 80,
}: {
  values: number[]
  label: string
  className?: string
  width?: number
}) {
  if (values.length < 2) return null
  const least = Math.min(...values)
  const span = Math.max(...values) - least || 1
  const x = (at: number) => 2 + (at / (values.length - 1)) * (width - 4)
  const y = (value: number) => 22 - ((value - least) / span) * 20
  const points = values.map((value, at) => `${x(at).toFixed(1)},${y(value).toFixed(1)}`).join(' ')
  const last = values.length - 1
  return (
    <svg
      role="img"
      aria-label={label}
      width={width}
      height={24}
      viewBox={`0 0 ${width} 24`}
      className={className}
    >
      <polyline
        points={points}
        fill="none"
        stroke="var(--actual)"
        strokeWidth={1.5}
        strokeLinejoin="round"
        strokeLinecap="round"
      />
      <circle cx={x(last)} cy={y(values[last]!)} r={2} fill="var(--foreground)" />
    </svg>
  )
}
