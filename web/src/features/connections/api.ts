'use client'

import { useQueryClient } from '@tanstack/react-query'
import { useCallback } from 'react'
import { api, client } from '@/lib/api'
import { pollEvery } from '@/lib/jobs'
import type { components } from '@/lib/schema'

type Schemas = components['schemas']
export type Connection = Schemas['Connection']
export type Connector = Schemas['Connector']
export type AuthMethod = Schemas['AuthMethod']
export type Run = Schemas['Run']
export type RunDetail = Schemas['RunDetail']
export type TieOut = Schemas['TieOut']
export type Notice = Schemas['Notice']
export type Reject = Schemas['Reject']

const RUNS_SHOWN = 100

/** Whether something is happening with a connection that is worth following closely. */
export function isMoving(connection: Connection | undefined): boolean {
  if (!connection) return false
  if (connection.is_being_tried || connection.status === 'pending' || connection.sync?.is_under_way)
    return true
  return (
    connection.status === 'ready' && connection.auth_method !== null && connection.sync?.newest_run === null
  )
}

const whileMoving = (is: boolean) => (is ? pollEvery(undefined) : false)

export function useConnections() {
  return api.useQuery(
    'get',
    '/api/connections',
    {},
    {
      refetchInterval: ({ state }) => whileMoving((state.data?.items ?? []).some((each) => isMoving(each))),
    },
  )
}

export function useConnectors() {
  return api.useQuery('get', '/api/connectors', {}, { staleTime: 300_000 })
}

export function useConnection(id: string | null) {
  return api.useQuery(
    'get',
    '/api/connections/{connection_id}',
    { params: { path: { connection_id: id ?? '' } } },
    { enabled: id !== null, staleTime: 0, refetchInterval: ({ state }) => whileMoving(isMoving(state.data)) },
  )
}

export function useRuns(id: string) {
  return api.useQuery('get', '/api/connections/{connection_id}/runs', {
    params: { path: { connection_id: id }, query: { limit: RUNS_SHOWN } },
  })
}

/** A run with its log and how far each stream is; asked after until it has ended. */
export function useRun(id: string | null) {
  return api.useQuery(
    'get',
    '/api/runs/{run_id}',
    { params: { path: { run_id: id ?? '' } } },
    {
      enabled: id !== null,
      staleTime: 0,
      refetchInterval: ({ state }) => whileMoving(['running', 'waiting'].includes(state.data?.status ?? '')),
    },
  )
}

export function useRejects(runId: string, isWanted: boolean) {
  return api.useQuery(
    'get',
    '/api/runs/{run_id}/rejects',
    { params: { path: { run_id: runId } } },
    { enabled: isWanted },
  )
}

export function useTieOut(id: string) {
  return api.useQuery('get', '/api/connections/{connection_id}/tie-out', {
    params: { path: { connection_id: id } },
  })
}

export function useNotices() {
  return api.useQuery('get', '/api/notices', {})
}

/** Have all that is known of connections and their runs read anew. */
export function useRefresh() {
  const queries = useQueryClient()
  return useCallback(
    () =>
      queries.invalidateQueries({
        predicate: ({ queryKey: [, path] }) =>
          typeof path === 'string' &&
          ['/api/connections', '/api/runs', '/api/notices'].some((each) => path.startsWith(each)),
      }),
    [queries],
  )
}

/** A connection as it is now, with the version that a change of it has to name. */
export async function readForChange(id: string): Promise<{ connection: Connection; version: string }> {
  const { data, response } = await client.GET('/api/connections/{connection_id}', {
    params: { path: { connection_id: id } },
  })
  return { connection: data as Connection, version: response.headers.get('etag') ?? '' }
}
