/** Notices that concern something other than a connection, by kind: where that is. */
const PLACES: Record<string, string> = {
  channel_failing: '/settings/channels/',
  mail_complained: '/settings/suppressions/',
  webhook_disabled: '/settings/webhooks/',
}

/** Where the thing is that a notice tells of. */
export const placeOf = ({ kind, connection_id: id }: { kind: string; connection_id: string | null }) =>
  id ? `/connections/view/?id=${encodeURIComponent(id)}` : (PLACES[kind] ?? '/models/')
