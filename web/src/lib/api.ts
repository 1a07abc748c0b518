import createClient from 'openapi-fetch'
import createHooks from 'openapi-react-query'
import { Problem } from './problem'
import type { paths } from './schema'

const SIGN_IN = '/sign-in/'
/** Answered to people who are not signed in yet, and so without a session's token; debtors never are. */
const PUBLIC_WRITES = ['POST /api/session', 'POST /api/session/link']
const isPublic = (method: string, path: string) =>
  PUBLIC_WRITES.includes(`${method} ${path}`) || path.startsWith('/api/debtor/')

let csrfToken: string | null = null

/**
 * The hub's API, typed by its OpenAPI document. Whatever is refused or fails is thrown as a `Problem`, so `data` is
 * there whenever a call returns. Without a session the browser goes to the sign-in page and comes back afterwards.
 */
export const client = createClient<paths>({
  fetch: send,
  // The hub takes several values of one parameter separated by commas.
  querySerializer: { array: { style: 'form', explode: false } },
})

/** The same as TanStack Query's hooks: `api.useQuery('get', '/api/invoices', { params })`. */
export const api = createHooks(client)

/** `path` of the hub as the dashboard fetches what the client cannot type: downloads, event streams' first request. */
export async function send(request: Request): Promise<Response> {
  const response = await attempt(request.clone())
  if (response.ok) return response
  const problem = await readProblem(response)
  if (problem.code === 'csrf' && csrfToken !== null) {
    // Another tab signed in or changed the tenant: the cookie is a new one, and so is its token.
    csrfToken = null
    const again = await attempt(request)
    if (again.ok) return again
    throw await refused(await readProblem(again))
  }
  throw await refused(problem)
}

let isLeaving = false

/** Goes to another address for good: what is refused on the way there leads nowhere else. */
export function leaveFor(address: string): void {
  isLeaving = true
  globalThis.location.assign(address)
}

/** Takes the reader to the sign-in page; afterwards they are where they are now. */
export function goToSignIn(): void {
  const { pathname, search } = globalThis.location
  if (isLeaving || pathname.startsWith(SIGN_IN)) return
  globalThis.location.assign(`${SIGN_IN}?return_to=${encodeURIComponent(pathname + search)}`)
}

async function attempt(request: Request): Promise<Response> {
  const { pathname } = new URL(request.url)
  const isWrite = !['GET', 'HEAD'].includes(request.method)
  if (isWrite && !isPublic(request.method, pathname)) {
    const token = csrfToken ?? (await askForToken())
    if (token) request.headers.set('X-CSRF-Token', token)
  }
  const response = await reach(request)
  if (response.ok && pathname.startsWith('/api/session')) await remember(response.clone())
  return response
}

async function reach(request: Request): Promise<Response> {
  try {
    // Looked up at each call, so that tests can stand in for the network.
    return await globalThis.fetch(request)
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw new Problem(0, { code: 'unreachable' })
  }
}

async function askForToken(): Promise<string | null> {
  const response = await reach(new Request(new URL('/api/session', globalThis.location.href)))
  if (!response.ok) throw await refused(await readProblem(response))
  await remember(response)
  return csrfToken
}

async function remember(response: Response): Promise<void> {
  const body: unknown = await response.json().catch(() => null)
  if (body && typeof body === 'object' && 'csrf_token' in body) csrfToken = body.csrf_token as string | null
}

async function refused(problem: Problem): Promise<Problem> {
  if (problem.status === 401) {
    csrfToken = null
    goToSignIn()
  }
  return problem
}

async function readProblem(response: Response): Promise<Problem> {
  const seconds = Number.parseInt(response.headers.get('Retry-After') ?? '', 10)
  const body: unknown = await response.json().catch(() => null)
  return new Problem(
    response.status,
    body && typeof body === 'object' ? body : {},
    Number.isNaN(seconds) ? null : seconds,
  )
}
