import type { OperationId } from '@/lib/access'

/** The pages of the settings in the order of their navigation, each with the operation that it cannot do without. */
export const PAGES = [
  { name: 'general', needs: 'getTenant' },
  { name: 'members', needs: 'listMembers' },
  { name: 'api-keys', needs: 'listKeys' },
  { name: 'dispute-policy', needs: 'getDisputePolicy' },
  { name: 'reminder-policies', needs: 'listReminderPolicies' },
  { name: 'reminder-settings', needs: 'getReminderSettings' },
  { name: 'reminder-templates', needs: 'listReminderTemplates' },
  { name: 'writers', needs: 'listReminderWriters' },
  { name: 'channels', needs: 'listChannels' },
  { name: 'suppressions', needs: 'listSuppressions' },
  { name: 'inbound-mail', needs: 'listInboundAddresses' },
  { name: 'webhooks', needs: 'listWebhookEndpoints' },
  { name: 'jobs', needs: 'listJobs' },
  { name: 'audit', needs: 'listAudit' },
  { name: 'privacy', needs: 'getRetention' },
  { name: 'profile', needs: 'getSession' },
  { name: 'tenants', needs: 'listTenants' },
] as const satisfies { name: string; needs: OperationId }[]
