/** All that draws with recharts. Imported by `../lazy` alone, so that it stays out of what a page loads first. */
export { CalibrationPlot } from './calibration-plot'
export { CashFan } from './cash-fan'
export { LevelLines } from './level-lines'
export { PayBehaviour } from './pay-behaviour'
export { ProbabilityCurve } from './probability-curve'
export { DifferenceBars } from './difference-bars'
