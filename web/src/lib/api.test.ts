import { beforeEach, expect, test, vi } from 'vitest'
import { answer } from '@/test/render'
import type * as ApiModule from './api'
import type { Problem } from './problem'

const PROBLEM = {
  type: '/api/docs#problem-invalid',
  status: 422,
  title: 'Invalid',
  code: 'invalid',
  detail: 'Some fields cannot be used: name.',
  request_id: 'r-1',
  fields: [{ field: 'name', message: 'Too long.' }],
}

let client: typeof ApiModule.client
const network = vi.fn<(request: Request) => Promise<Response>>()
const assign = vi.fn<(address: string) => void>()

/** What was asked of the hub: method, path and token. */
const asked = () =>
  network.mock.calls.map(([request]) =>
    [request.method, new URL(request.url).pathname, request.headers.get('X-CSRF-Token')]
      .filter(Boolean)
      .join(' '),
  )

beforeEach(async () => {
  // The token is kept by the module, so each test has one of its own.
  vi.resetModules()
  ;({ client } = await import('./api'))
  network.mockReset()
  assign.mockReset()
  vi.stubGlobal('fetch', network)
  vi.stubGlobal('location', {
    href: 'http://localhost/invoices/?tab=open',
    pathname: '/invoices/',
    search: '?tab=open',
    assign,
  })
})

const session = (csrf_token: string) => answer({ csrf_token })

test('a read is sent as it is', async () => {
  network.mockResolvedValueOnce(answer({ items: [] }))
  const { data } = await client.GET('/api/connections')
  expect(data).toEqual({ items: [] })
  expect(asked()).toEqual(['GET /api/connections'])
})

test('the first write asks for the token, and later ones have it', async () => {
  network.mockImplementation((request) =>
    Promise.resolve(request.method === 'GET' ? session('t1') : answer({}, 202)),
  )
  await client.POST('/api/predictions', { body: { train: false } })
  await client.POST('/api/predictions', { body: { train: false } })
  expect(asked()).toEqual(['GET /api/session', 'POST /api/predictions t1', 'POST /api/predictions t1'])
})

test('a session that was read or begun tells the token', async () => {
  network.mockResolvedValueOnce(session('t1')).mockResolvedValueOnce(answer({}, 202))
  await client.POST('/api/session', { body: { email: 'ada@acme.example', password: 'long enough' } })
  await client.POST('/api/predictions', { body: { train: false } })
  expect(asked()).toEqual(['POST /api/session', 'POST /api/predictions t1'])
})

test('a token that another tab made stale is asked for anew, once', async () => {
  network
    .mockResolvedValueOnce(session('old'))
    .mockResolvedValueOnce(answer({ code: 'csrf', status: 403 }, 403))
    .mockResolvedValueOnce(session('new'))
    .mockImplementation(async (request) => {
      expect(await request.json()).toEqual({ reason: 'month end' })
      return answer({}, 202)
    })
  await client.GET('/api/session')
  await client.POST('/api/predictions', { body: { reason: 'month end' } as never })
  expect(asked()).toEqual([
    'GET /api/session',
    'POST /api/predictions old',
    'GET /api/session',
    'POST /api/predictions new',
  ])
})

test('a refusal is thrown as the problem it is', async () => {
  network.mockResolvedValueOnce(answer(PROBLEM, 422))
  const problem = await refusal(client.GET('/api/connections'))
  expect(problem).toMatchObject({
    status: 422,
    code: 'invalid',
    title: 'Invalid',
    detail: PROBLEM.detail,
    requestId: 'r-1',
    fields: PROBLEM.fields,
    retryAfter: null,
  })
  expect(assign).not.toHaveBeenCalled()
})

test('how long to wait is read from the answer', async () => {
  network.mockResolvedValueOnce(answer({ status: 429, title: 'Slow down' }, 429, { 'Retry-After': '17' }))
  expect(await refusal(client.GET('/api/connections'))).toMatchObject({ status: 429, retryAfter: 17 })
})

test('an answer that is no problem document is one all the same', async () => {
  network.mockResolvedValueOnce(new Response('<h1>Bad gateway</h1>', { status: 502 }))
  expect(await refusal(client.GET('/api/connections'))).toMatchObject({ status: 502, code: '', fields: [] })
})

test('no answer is a problem without a status', async () => {
  network.mockRejectedValueOnce(new TypeError('Failed to fetch'))
  expect(await refusal(client.GET('/api/connections'))).toMatchObject({ status: 0, code: 'unreachable' })
})

test('who is not signed in goes to the sign-in page, and comes back from there', async () => {
  network.mockResolvedValueOnce(answer({ status: 401, code: 'unauthorized' }, 401))
  expect(await refusal(client.GET('/api/connections'))).toMatchObject({ status: 401 })
  expect(assign).toHaveBeenCalledWith('/sign-in/?return_to=%2Finvoices%2F%3Ftab%3Dopen')
})

test('the sign-in page stays when it learns that nobody is signed in', async () => {
  vi.stubGlobal('location', { href: 'http://localhost/sign-in/', pathname: '/sign-in/', search: '', assign })
  network.mockResolvedValueOnce(answer({ status: 401, code: 'unauthorized' }, 401))
  await refusal(client.GET('/api/session'))
  expect(assign).not.toHaveBeenCalled()
})

async function refusal(call: Promise<unknown>): Promise<Problem> {
  return call.then(
    () => expect.fail('was not refused'),
    (error: Problem) => error,
  )
}
