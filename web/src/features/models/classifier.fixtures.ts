import type { Classifier, Classifiers } from './classifier-api'

/** Documents as the hub answers them, for tests. */

export const version = (number: number, different: Partial<Classifier> = {}): Classifier => ({
  number,
  backend: 'minilm_disputes',
  backend_version: '3f2a9c01d4b7',
  status: 'champion',
  reason: 'Better: log loss 0.410 after 0.530.',
  labels: 60,
  scores: {
    incumbent: { accuracy: 0.8, log_loss: 0.53 },
    challenger: { accuracy: 0.9, log_loss: 0.41 },
    held_back: 15,
  },
  sha256: '9f86',
  created_at: '2026-11-20T08:00:00+00:00',
  changes: [],
  ...different,
})

export const classifiers = (different: Partial<Classifiers> = {}): Classifiers => ({
  backend: 'minilm_disputes',
  number: 3,
  labels: 64,
  labels_needed: 40,
  by_code: { tax_error: 3, pricing: 12 },
  can_learn: true,
  reason: null,
  items: [version(3), version(2, { status: 'rejected' }), version(1, { status: 'retired' })],
  ...different,
})
