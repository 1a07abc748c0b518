import {
  ChartNoAxesCombinedIcon,
  CableIcon,
  FileTextIcon,
  GaugeIcon,
  LandmarkIcon,
  LayoutDashboardIcon,
  ListTodoIcon,
  type LucideIcon,
  MessageSquareWarningIcon,
  SendIcon,
  SettingsIcon,
  UsersIcon,
} from 'lucide-react'
import type { OperationId } from '@/lib/access'
import { may, type Session } from '@/lib/session'

export interface NavPage {
  /** Its name in the messages, `nav.…`. */
  name:
    | 'overview'
    | 'worklist'
    | 'invoices'
    | 'customers'
    | 'disputes'
    | 'reminders'
    | 'forecast'
    | 'models'
    | 'connections'
    | 'settings'
    | 'tenants'
  href: string
  icon: LucideIcon
  /** Opens the page after `G`. */
  letter?: string
  /** The operation that the page cannot do without. */
  needs: OperationId
}

export interface NavGroup {
  name: 'work' | 'insight' | 'setup' | 'operator'
  pages: NavPage[]
}

const GROUPS: NavGroup[] = [
  {
    name: 'work',
    pages: [
      { name: 'overview', href: '/', icon: LayoutDashboardIcon, letter: 'o', needs: 'getInsights' },
      { name: 'worklist', href: '/worklist/', icon: ListTodoIcon, letter: 'w', needs: 'listContacts' },
      { name: 'invoices', href: '/invoices/', icon: FileTextIcon, letter: 'i', needs: 'listInvoices' },
      { name: 'customers', href: '/customers/', icon: UsersIcon, letter: 'c', needs: 'listCustomers' },
      {
        name: 'disputes',
        href: '/disputes/',
        icon: MessageSquareWarningIcon,
        letter: 'd',
        needs: 'listDisputes',
      },
      { name: 'reminders', href: '/reminders/', icon: SendIcon, letter: 'r', needs: 'listReminders' },
    ],
  },
  {
    name: 'insight',
    pages: [
      {
        name: 'forecast',
        href: '/forecast/',
        icon: ChartNoAxesCombinedIcon,
        letter: 'f',
        needs: 'getCashFlow',
      },
      { name: 'models', href: '/models/', icon: GaugeIcon, letter: 'm', needs: 'listModels' },
    ],
  },
  {
    name: 'setup',
    pages: [
      { name: 'connections', href: '/connections/', icon: CableIcon, letter: 'n', needs: 'listConnections' },
      {
        name: 'settings',
        href: '/settings/',
        icon: SettingsIcon,
        letter: 's',
        needs: 'getSession',
      },
    ],
  },
  {
    name: 'operator',
    pages: [{ name: 'tenants', href: '/settings/tenants/', icon: LandmarkIcon, needs: 'listTenants' }],
  },
]

/** The pages that somebody may open, in the order of the sidebar. Before it is known who it is: what all may open. */
export function pagesFor(session: Session): NavGroup[] {
  const isKnown = session.user.id !== ''
  const isOffered = (page: NavPage) =>
    isKnown
      ? may(session, page.needs) && (session.tenant !== null || ['settings', 'tenants'].includes(page.name))
      : page.name !== 'tenants'
  return GROUPS.map((group) => ({ ...group, pages: group.pages.filter(isOffered) })).filter(
    ({ pages }) => pages.length > 0,
  )
}

/** Whether `path` is this page or lies below it. */
export function isAt(page: NavPage, path: string): boolean {
  if (page.href === '/') return path === '/'
  if (page.name === 'settings' && path.startsWith('/settings/tenants/')) return false
  return path.startsWith(page.href)
}
