import { Members } from '@/features/settings/members'

export default function Page() {
  return <Members />
}
