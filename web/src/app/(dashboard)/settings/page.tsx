import { SettingsHome } from '@/features/settings/home'

export default function Page() {
  return <SettingsHome />
}
