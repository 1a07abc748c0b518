'use client'

import { drawing } from './lazy'

export type { ProbabilityCurveProps, CurvePoint } from './drawings/probability-curve'

export const ProbabilityCurve = drawing((drawings) => drawings.ProbabilityCurve)
