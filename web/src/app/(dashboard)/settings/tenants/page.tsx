import { Tenants } from '@/features/settings/tenants'

export default function Page() {
  return <Tenants />
}
