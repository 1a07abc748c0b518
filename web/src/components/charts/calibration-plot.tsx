'use client'

import { drawing } from './lazy'

export type { CalibrationBin } from './drawings/calibration-plot'

export const CalibrationPlot = drawing((drawings) => drawings.CalibrationPlot)
