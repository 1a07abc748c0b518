'use client'

import { drawing } from './lazy'

export type { PayBehaviourProps, PaidInvoice } from './drawings/pay-behaviour'

export const PayBehaviour = drawing((drawings) => drawings.PayBehaviour)
