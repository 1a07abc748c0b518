/** How floating layers look and come in: a border, the one shadow there is, a short fade. */
const MOTION =
  'data-[state=open]:animate-in data-[state=open]:fade-in-0 data-[state=closed]:animate-out data-[state=closed]:fade-out-0 duration-100'

export const overlayClasses = `fixed inset-0 z-50 bg-foreground/40 dark:bg-background/70 ${MOTION}`

export const layerClasses = `z-50 rounded-lg border bg-popover text-popover-foreground shadow-lg outline-none ${MOTION}`

/** One line of a menu or a list of choices. */
export const itemClasses =
  'relative flex min-h-8 cursor-default items-center gap-2 rounded-md px-2 py-1 text-sm outline-none select-none pointer-coarse:min-h-10 data-[disabled]:pointer-events-none data-[disabled]:opacity-50 [&_svg]:size-4 [&_svg]:shrink-0'

/** The same line, with the highlight that Radix gives to the focused one. */
export const focusItemClasses = 'focus:bg-accent focus:text-accent-foreground'
