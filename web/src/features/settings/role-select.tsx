'use client'

import { Select, SelectContent, SelectItem, SelectTrigger, SelectValue } from '@/components/ui/select'
import { useT } from '@/lib/i18n'

const ROLES = ['admin', 'member', 'viewer'] as const
export type MemberRole = (typeof ROLES)[number]

interface RoleSelectProps {
  value: MemberRole
  onChange: (role: MemberRole) => void
  disabled?: boolean
  className?: string
  'aria-label'?: string
}

/** What somebody is to be in the company. */
export function RoleSelect({ value, onChange, disabled, className, ...named }: RoleSelectProps) {
  const common = useT('common')
  return (
    <Select value={value} onValueChange={(role) => onChange(role as MemberRole)} disabled={disabled}>
      <SelectTrigger className={className} {...named}>
        <SelectValue />
      </SelectTrigger>
      <SelectContent>
        {ROLES.map((role) => (
          <SelectItem key={role} value={role}>
            {common(`role.${role}`)}
          </SelectItem>
        ))}
      </SelectContent>
    </Select>
  )
}
