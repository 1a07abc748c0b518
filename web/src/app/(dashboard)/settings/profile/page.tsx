import { Profile } from '@/features/settings/profile'

export default function Page() {
  return <Profile />
}
