'use client'

import { drawing } from './lazy'

export type { CashFanProps, CashPoint, CashRange } from './drawings/cash-fan'

export const CashFan = drawing((drawings) => drawings.CashFan)
