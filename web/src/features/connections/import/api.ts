'use client'

import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query'
import { api, client } from '@/lib/api'
import { isOver, type Job, pollEvery } from '@/lib/jobs'
import type { components } from '@/lib/schema'
import { type Correction, sent } from './corrections'
import type { Mapping } from './mapping'

type Schemas = components['schemas']
export type Preview = Schemas['Preview']
export type Head = Schemas['ImportHead']
export type FileRow = Schemas['FileRow']

/** What the hub previews; larger files are imported without a look at them. */
export const PREVIEW_BYTES = 64 * 1024 * 1024

/** What a person says of a file where it does not say so itself; empty: it is found out. */
export interface Reading {
  mapping: Mapping
  corrections: Correction[]
  date_order: '' | 'dmy' | 'mdy' | 'ymd'
  decimal: '' | '.' | ','
  currency: string
  delimiter: string
  encoding: string
  sheet: string
  as_of: string
}

export const AS_FOUND: Reading = {
  mapping: {},
  corrections: [],
  date_order: '',
  decimal: '',
  currency: '',
  delimiter: '',
  encoding: '',
  sheet: '',
  as_of: '',
}

/** A file with what is said of it, as the hub takes it. */
export function formOf(file: File, reading: Reading, skipBad = false): FormData {
  const { mapping, corrections, ...options } = reading
  const form = new FormData()
  for (const [name, value] of Object.entries(options)) if (value) form.set(name, value)
  if (Object.keys(mapping).length) form.set('mapping', JSON.stringify(mapping))
  if (corrections.length) form.set('corrections', sent(corrections))
  if (skipBad) form.set('skip_bad', 'true')
  form.set('file', file)
  return form
}

const shared = (form: FormData) => ({ body: form as never, bodySerializer: () => form })
const keyOf = (file: File | null, reading: Reading) => [file?.name, file?.size, file?.lastModified, reading]

/** How the hub would read a file. */
export function usePreview(file: File | null, reading: Reading) {
  return useQuery({
    queryKey: ['import', 'preview', ...keyOf(file, reading)],
    queryFn: async ({ signal }) => {
      const { data } = await client.POST('/api/invoices/import/preview', {
        ...shared(formOf(file!, reading)),
        signal,
      })
      return data as Preview
    },
    enabled: file !== null && file.size <= PREVIEW_BYTES,
    placeholderData: keepPreviousData,
    retry: false,
    staleTime: Infinity,
  })
}

/** The first rows of a file as they stand, where it is not clear what its columns are. */
export function useHead(file: File | null, reading: Reading, isWanted: boolean) {
  // Which rows there are does not depend on what was said of the columns, nor on what was mended.
  const asked = { ...reading, mapping: {}, corrections: [] }
  return useQuery({
    queryKey: ['import', 'head', ...keyOf(file, asked)],
    queryFn: async ({ signal }) => {
      const { data } = await client.POST('/api/invoices/import/head', {
        ...shared(formOf(file!, asked)),
        signal,
      })
      return data as Head
    },
    enabled: isWanted && file !== null,
    retry: false,
    staleTime: Infinity,
  })
}

/** Hand the file in; the job that imports it. */
export function useImport(onStarted: (job: Job) => void) {
  return useMutation({
    mutationFn: async ({ file, reading, skipBad }: { file: File; reading: Reading; skipBad: boolean }) => {
      const { data } = await client.POST('/api/invoices/import', shared(formOf(file, reading, skipBad)))
      return data as Job
    },
    onSuccess: onStarted,
  })
}

/** The newest forecast that was asked for since an instant: it follows from a run by itself. */
export function useForecastSince(since: string | null) {
  const query = api.useQuery(
    'get',
    '/api/jobs',
    { params: { query: { kind: 'forecasting.refresh', limit: 1 } } },
    {
      enabled: since !== null,
      staleTime: 0,
      refetchInterval: ({ state }) => {
        const newest = state.data?.items[0]
        return newest && since && newest.created_at >= since && isOver(newest) ? false : pollEvery(undefined)
      },
    },
  )
  const newest = query.data?.items[0]
  return since !== null && newest !== undefined && Date.parse(newest.created_at) >= Date.parse(since)
    ? newest
    : null
}
