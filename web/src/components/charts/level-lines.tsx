'use client'

import { drawing } from './lazy'

export type { LevelLinesProps, LevelSeries } from './drawings/level-lines'

export const LevelLines = drawing((drawings) => drawings.LevelLines)
