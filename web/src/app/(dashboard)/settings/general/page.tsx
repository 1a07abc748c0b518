import { General } from '@/features/settings/general'

export default function Page() {
  return <General />
}
