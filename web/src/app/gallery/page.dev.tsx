'use client'

import { useState } from 'react'
import { toast } from '@/lib/toast'
import { useConfirm } from '@/components/confirm'
import { Facts } from '@/components/definition-list'
import { Empty } from '@/components/empty'
import { Page } from '@/components/page'
import { ProblemAlert } from '@/components/problem-alert'
import { Status } from '@/components/status'
import { Alert, AlertDescription, AlertTitle } from '@/components/ui/alert'
import { Badge } from '@/components/ui/badge'
import { Button } from '@/components/ui/button'
import {
  Card,
  CardAction,
  CardContent,
  CardDescription,
  CardFooter,
  CardHeader,
  CardTitle,
} from '@/components/ui/card'
import { Checkbox } from '@/components/ui/checkbox'
import { Combobox } from '@/components/ui/combobox'
import { DateRange, type Days } from '@/components/ui/date-range'
import {
  Dialog,
  DialogContent,
  DialogDescription,
  DialogFooter,
  DialogHeader,
  DialogTitle,
  DialogTrigger,
} from '@/components/ui/dialog'
import {
  DropdownMenu,
  DropdownMenuCheckboxItem,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuLabel,
  DropdownMenuRadioGroup,
  DropdownMenuRadioItem,
  DropdownMenuSeparator,
  DropdownMenuShortcut,
  DropdownMenuTrigger,
} from '@/components/ui/dropdown-menu'
import { Field } from '@/components/ui/field'
import { Input } from '@/components/ui/input'
import { Kbd } from '@/components/ui/kbd'
import { Label } from '@/components/ui/label'
import { Popover, PopoverContent, PopoverTrigger } from '@/components/ui/popover'
import { Progress } from '@/components/ui/progress'
import { RadioGroup, RadioGroupItem } from '@/components/ui/radio-group'
import { ScrollArea } from '@/components/ui/scroll-area'
import { Select, SelectContent, SelectItem, SelectTrigger, SelectValue } from '@/components/ui/select'
import { Separator } from '@/components/ui/separator'
import {
  Sheet,
  SheetContent,
  SheetDescription,
  SheetHeader,
  SheetTitle,
  SheetTrigger,
} from '@/components/ui/sheet'
import { Skeleton } from '@/components/ui/skeleton'
import { Switch } from '@/components/ui/switch'
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from '@/components/ui/table'
import { Tabs, TabsContent, TabsList, TabsTrigger } from '@/components/ui/tabs'
import { Textarea } from '@/components/ui/textarea'
import { Tooltip, TooltipContent, TooltipTrigger } from '@/components/ui/tooltip'
import { Problem } from '@/lib/problem'

const OPTIONS = [
  { value: 'a', label: 'Acme GmbH', detail: 'EUR' },
  { value: 'b', label: 'Borealis Ltd', detail: 'GBP' },
]

/** Every component in every look, for the eye and for axe. In development only: an export has no `.dev.tsx`. */
export default function Gallery() {
  const confirm = useConfirm()
  const [customer, setCustomer] = useState<string | null>(null)
  const [days, setDays] = useState<Days>({ from: '2026-11-01', to: null })
  return (
    <main>
      <Page
        title="Gallery"
        subtitle="Every component"
        actions={<Button>Act</Button>}
        filters={<DateRange label="Due" value={days} onChange={setDays} />}
      >
        <div className="grid gap-4 lg:grid-cols-2">
          <Card>
            <CardHeader>
              <CardTitle>Buttons</CardTitle>
              <CardDescription>All variants</CardDescription>
              <CardAction>
                <Button variant="ghost" size="sm">
                  More
                </Button>
              </CardAction>
            </CardHeader>
            <CardContent className="flex flex-wrap items-center gap-2">
              <Button>Default</Button>
              <Button variant="outline">Outline</Button>
              <Button variant="secondary">Secondary</Button>
              <Button variant="ghost">Ghost</Button>
              <Button variant="destructive">Destructive</Button>
              <Button variant="link">Link</Button>
              <Button size="sm">Small</Button>
              <Button disabled>Disabled</Button>
            </CardContent>
            <CardFooter>
              <Badge>Default</Badge>
              <Badge variant="secondary">Secondary</Badge>
              <Badge variant="outline">Outline</Badge>
              <Badge variant="destructive">Destructive</Badge>
              <Status tone="positive">Paid</Status>
              <Status tone="warning">Due</Status>
              <Status tone="negative">Overdue</Status>
              <Status tone="neutral">Void</Status>
              <Status tone="accent">Expected</Status>
              <Kbd>Ctrl</Kbd>
            </CardFooter>
          </Card>
          <Card>
            <CardHeader>
              <CardTitle>Form</CardTitle>
            </CardHeader>
            <CardContent className="grid gap-4">
              <Field label="Name" help="As on the invoice">
                <Input placeholder="Acme GmbH" />
              </Field>
              <Field label="Amount" error="Enter an amount above zero." optional>
                <Input defaultValue="-1" />
              </Field>
              <Field label="Note">
                <Textarea placeholder="Two lines" />
              </Field>
              <Field label="Role">
                <SelectInField />
              </Field>
              <Field label="Customer">
                <Combobox options={OPTIONS} value={customer} onChange={setCustomer} />
              </Field>
              <Field label="Send a copy" layout="inline">
                <Checkbox defaultChecked />
              </Field>
              <Field label="Some" layout="inline">
                <Checkbox checked="indeterminate" />
              </Field>
              <Field label="Letters as keys" layout="inline">
                <Switch defaultChecked />
              </Field>
              <Field label="Off" layout="inline">
                <Switch />
              </Field>
              <RadioGroup defaultValue="one" aria-label="Which">
                {['one', 'two'].map((each) => (
                  <div key={each} className="flex items-center gap-2">
                    <RadioGroupItem id={each} value={each} />
                    <Label htmlFor={each}>{each}</Label>
                  </div>
                ))}
              </RadioGroup>
            </CardContent>
          </Card>
          <Card>
            <CardHeader>
              <CardTitle>Layers</CardTitle>
            </CardHeader>
            <CardContent className="flex flex-wrap gap-2">
              <Dialog>
                <DialogTrigger asChild>
                  <Button variant="outline">Dialog</Button>
                </DialogTrigger>
                <DialogContent>
                  <DialogHeader>
                    <DialogTitle>Title</DialogTitle>
                    <DialogDescription>What it is about.</DialogDescription>
                  </DialogHeader>
                  <Field label="In a dialog">
                    <Input />
                  </Field>
                  <DialogFooter>
                    <Button>Save</Button>
                  </DialogFooter>
                </DialogContent>
              </Dialog>
              <Sheet>
                <SheetTrigger asChild>
                  <Button variant="outline">Sheet</Button>
                </SheetTrigger>
                <SheetContent>
                  <SheetHeader>
                    <SheetTitle>Sheet title</SheetTitle>
                    <SheetDescription>Beside the page.</SheetDescription>
                  </SheetHeader>
                </SheetContent>
              </Sheet>
              <DropdownMenu>
                <DropdownMenuTrigger asChild>
                  <Button variant="outline">Menu</Button>
                </DropdownMenuTrigger>
                <DropdownMenuContent>
                  <DropdownMenuLabel>Do</DropdownMenuLabel>
                  <DropdownMenuItem>
                    Export<DropdownMenuShortcut>E</DropdownMenuShortcut>
                  </DropdownMenuItem>
                  <DropdownMenuCheckboxItem checked>Shown</DropdownMenuCheckboxItem>
                  <DropdownMenuRadioGroup value="a">
                    <DropdownMenuRadioItem value="a">One</DropdownMenuRadioItem>
                    <DropdownMenuRadioItem value="b">Two</DropdownMenuRadioItem>
                  </DropdownMenuRadioGroup>
                  <DropdownMenuSeparator />
                  <DropdownMenuItem variant="destructive">Remove</DropdownMenuItem>
                </DropdownMenuContent>
              </DropdownMenu>
              <Popover>
                <PopoverTrigger asChild>
                  <Button variant="outline">Popover</Button>
                </PopoverTrigger>
                <PopoverContent aria-label="A popover">Inside</PopoverContent>
              </Popover>
              <Tooltip>
                <TooltipTrigger asChild>
                  <Button variant="outline">Tooltip</Button>
                </TooltipTrigger>
                <TooltipContent>80 % between 3 and 18 December</TooltipContent>
              </Tooltip>
              <Button
                variant="outline"
                onClick={() =>
                  void confirm({
                    title: 'Disconnect QuickBooks?',
                    detail: '4,120 invoices stay in the ledger; nothing new is read.',
                    action: 'Disconnect',
                    tone: 'destructive',
                    typeToConfirm: 'QuickBooks',
                  })
                }
              >
                Confirm
              </Button>
              <Button
                variant="outline"
                onClick={() => toast.success('Synced', { description: '12 invoices', duration: Infinity })}
              >
                Toast
              </Button>
            </CardContent>
          </Card>
          <Card>
            <CardHeader>
              <CardTitle>States</CardTitle>
            </CardHeader>
            <CardContent className="grid gap-3">
              <Alert>
                <AlertTitle>Rule-based estimate</AlertTitle>
                <AlertDescription>There is too little history for a model.</AlertDescription>
              </Alert>
              <Alert variant="warning">
                <AlertTitle>Data as of yesterday</AlertTitle>
                <AlertDescription>The sync of QuickBooks failed 3 h ago.</AlertDescription>
              </Alert>
              <ProblemAlert
                error={
                  new Problem(500, { title: 'Internal error', detail: 'It is logged.', request_id: '0d1f' })
                }
                onRetry={() => undefined}
              />
              <Empty
                title="No invoices match"
                detail="Fewer filters find more."
                action={<Button variant="outline">Clear filters</Button>}
              />
              <Progress value={43} aria-label="Sync" />
              <Progress value={null} aria-label="Import" />
              <Skeleton className="h-9" />
              <Separator />
              <Facts
                items={[
                  { label: 'Number', value: 'INV-1042' },
                  { label: 'Terms', value: '30 days' },
                ]}
              />
            </CardContent>
          </Card>
          <Card className="lg:col-span-2">
            <CardHeader>
              <CardTitle>Table and tabs</CardTitle>
            </CardHeader>
            <CardContent>
              <Tabs defaultValue="open">
                <TabsList>
                  <TabsTrigger value="open">Open</TabsTrigger>
                  <TabsTrigger value="paid">Paid</TabsTrigger>
                </TabsList>
                <TabsContent value="open">
                  <Table label="Invoices">
                    <TableHeader>
                      <TableRow>
                        <TableHead>Number</TableHead>
                        <TableHead>Customer</TableHead>
                        <TableHead className="text-right">Amount</TableHead>
                      </TableRow>
                    </TableHeader>
                    <TableBody>
                      {['INV-1042', 'INV-1043'].map((number, index) => (
                        <TableRow key={number} data-state={index ? 'selected' : undefined}>
                          <TableCell>{number}</TableCell>
                          <TableCell className="text-muted-foreground">Acme GmbH</TableCell>
                          <TableCell className="text-right">1,204.50</TableCell>
                        </TableRow>
                      ))}
                    </TableBody>
                  </Table>
                </TabsContent>
                <TabsContent value="paid">Nothing paid</TabsContent>
              </Tabs>
              <ScrollArea aria-label="Log" className="mt-4 h-20">
                <p className="h-40 font-mono text-xs">One line after the other</p>
              </ScrollArea>
            </CardContent>
          </Card>
        </div>
      </Page>
    </main>
  )
}

function SelectInField(props: { id?: string }) {
  return (
    <Select defaultValue="member">
      <SelectTrigger {...props}>
        <SelectValue />
      </SelectTrigger>
      <SelectContent>
        <SelectItem value="member">Member</SelectItem>
        <SelectItem value="viewer">Viewer</SelectItem>
      </SelectContent>
    </Select>
  )
}
