import { expect, test } from 'vitest'
import { placeOf } from './notices'

test.each([
  [{ kind: 'needs_reconnect', connection_id: 'a&b' }, '/connections/view/?id=a%26b'],
  [{ kind: 'channel_failing', connection_id: null }, '/settings/channels/'],
  [{ kind: 'webhook_disabled', connection_id: null }, '/settings/webhooks/'],
  [{ kind: 'model_replaced', connection_id: null }, '/models/'],
])('a notice leads to what it is about: %o', (notice, place) => {
  expect(placeOf(notice)).toBe(place)
})
