import { Privacy } from '@/features/settings/privacy'

export default function Page() {
  return <Privacy />
}
