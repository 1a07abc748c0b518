'use client'

import { FileUpIcon } from 'lucide-react'
import { useId, useState } from 'react'
import { buttonVariants } from '@/components/ui/button'
import { useT } from '@/lib/i18n'
import { cn } from '@/lib/cn'

/** Takes one file, dropped or chosen. */
export function DropZone({ onFile }: { onFile: (file: File) => void }) {
  const t = useT('imports')
  const id = useId()
  const [isOver, setOver] = useState(false)
  return (
    <div
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault()
        setOver(false)
        const file = event.dataTransfer.files[0]
        if (file) onFile(file)
      }}
      className={cn(
        'flex flex-col items-center gap-3 rounded-lg border border-dashed border-input bg-card px-4 py-14 text-center',
        isOver && 'border-primary bg-accent',
      )}
    >
      <FileUpIcon aria-hidden className="size-6 text-muted-foreground" />
      <div className="flex flex-col gap-1">
        <p className="font-medium">{t('drop.title')}</p>
        <p className="max-w-prose text-balance text-muted-foreground">{t('drop.detail')}</p>
      </div>
      <label
        htmlFor={id}
        className={cn(
          buttonVariants({ variant: 'default' }),
          'cursor-pointer has-focus-visible:outline-2 has-focus-visible:outline-offset-2',
        )}
      >
        {t('drop.choose')}
        <input
          id={id}
          type="file"
          accept=".csv,.tsv,.txt,.xlsx,text/csv"
          className="sr-only"
          onChange={(event) => {
            const file = event.target.files?.[0]
            if (file) onFile(file)
            event.target.value = ''
          }}
        />
      </label>
      <p className="max-w-prose text-xs text-balance text-muted-foreground">{t('drop.needed')}</p>
    </div>
  )
}
