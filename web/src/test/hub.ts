import { vi } from 'vitest'
import type { SessionDocument } from '@/lib/session'
import { answer } from './render'

type Answer = Response | ((request: Request) => Response | Promise<Response>)

/**
 * Stands in for the hub: answers by method and path (`GET /api/members`), and keeps what was asked. What has no answer
 * is 404, as the hub's own unknown addresses are.
 */
export function standInForHub(answers: Record<string, Answer>) {
  const asked: { request: string; search: string; body: unknown; headers: Headers }[] = []
  vi.stubGlobal(
    'fetch',
    vi.fn(async (input: Request) => {
      const { pathname, search } = new URL(input.url)
      const text = await input.clone().text()
      const request = `${input.method} ${pathname}`
      const isJson = input.headers.get('Content-Type')?.includes('json') ?? false
      const body: unknown = isJson && text ? JSON.parse(text) : text || undefined
      asked.push({ request, search, body, headers: input.headers })
      const given = answers[request]
      if (typeof given === 'function') return given(input)
      return given?.clone() ?? problem(404, 'not_found', 'There is no such thing.')
    }),
  )
  return {
    asked,
    bodiesOf: (request: string) => asked.filter((each) => each.request === request).map(({ body }) => body),
  }
}

/** A refusal as the hub words it. */
export function problem(
  status: number,
  code: string,
  detail: string,
  fields: { field: string; message: string }[] = [],
  headers: Record<string, string> = {},
): Response {
  const body = { type: 'about:blank', title: code, status, detail, code, request_id: 'r1', fields }
  return answer(body, status, headers)
}

/** The session of an admin of Acme, with what is different in a test. */
export function session(different: Partial<SessionDocument> = {}): SessionDocument {
  return {
    user: { id: '018f3a52-6c1e-8d5b-9a4e-3d1c2b7f9e10', email: 'ada@acme.example', name: 'Ada' },
    tenant: { key: 'acme', name: 'Acme' },
    role: 'admin',
    is_operator: false,
    tenants: [{ key: 'acme', name: 'Acme', role: 'admin' }],
    csrf_token: 'csrf',
    expires_at: '2099-01-01T00:00:00+00:00',
    idle_minutes: 720,
    method: 'password',
    asks_password: true,
    ...different,
  }
}
