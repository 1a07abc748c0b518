import { Audit } from '@/features/settings/audit'

export default function Page() {
  return <Audit />
}
