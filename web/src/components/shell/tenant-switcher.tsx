'use client'

import { ChevronsUpDownIcon } from 'lucide-react'
import { toast } from '@/lib/toast'
import { useProblemText } from '@/components/problem-alert'
import { Button } from '@/components/ui/button'
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuLabel,
  DropdownMenuRadioGroup,
  DropdownMenuRadioItem,
  DropdownMenuTrigger,
} from '@/components/ui/dropdown-menu'
import { useT } from '@/lib/i18n'
import { useSession, useSwitchTenant } from '@/lib/session'

/** The company being worked in, and the way into another of one's own. */
export function TenantSwitcher() {
  const t = useT('shell')
  const sayProblem = useProblemText()
  const { tenant, tenants } = useSession()
  const { mutate: change, isPending } = useSwitchTenant()
  if (tenants.length < 2 && (tenant || tenants.length === 0)) {
    return <span className="min-w-0 truncate px-2 font-medium md:px-0">{tenant?.name}</span>
  }
  return (
    <DropdownMenu>
      <DropdownMenuTrigger asChild>
        <Button variant="ghost" className="min-w-0 shrink px-2 md:-ml-2" disabled={isPending}>
          <span className="sr-only">{t('tenant.label')}: </span>
          <span className="truncate">{tenant?.name ?? t('tenant.none')}</span>
          <ChevronsUpDownIcon className="size-3.5 text-muted-foreground" aria-hidden />
        </Button>
      </DropdownMenuTrigger>
      <DropdownMenuContent className="max-w-80">
        <DropdownMenuLabel>{t('tenant.label')}</DropdownMenuLabel>
        <DropdownMenuRadioGroup
          value={tenant?.key ?? ''}
          onValueChange={(key) =>
            change(
              { body: { tenant: key } },
              {
                onError: (error) =>
                  toast.error(t('tenant.failed'), { description: sayProblem(error).detail }),
              },
            )
          }
        >
          {tenants.map(({ key, name }) => (
            <DropdownMenuRadioItem key={key} value={key}>
              <span className="truncate">{name}</span>
            </DropdownMenuRadioItem>
          ))}
        </DropdownMenuRadioGroup>
      </DropdownMenuContent>
    </DropdownMenu>
  )
}
