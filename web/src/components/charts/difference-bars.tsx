'use client'

import { drawing } from './lazy'

export type { Difference, DifferenceBarsProps } from './drawings/difference-bars'

export const DifferenceBars = drawing((drawings) => drawings.DifferenceBars)
