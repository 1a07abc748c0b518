import { Keys } from '@/features/settings/keys'

export default function Page() {
  return <Keys />
}
