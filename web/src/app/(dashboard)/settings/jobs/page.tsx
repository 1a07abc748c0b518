import { Jobs } from '@/features/settings/jobs'

export default function Page() {
  return <Jobs />
}
