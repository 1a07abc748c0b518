import type { FieldValues, Path, UseFormReturn } from 'react-hook-form'

/** What the hub says when it refuses or fails (RFC 9457), or what became of a request that got no answer (status 0). */
export class Problem extends Error {
  readonly status: number
  readonly code: string
  readonly title: string
  readonly detail: string
  readonly requestId: string
  /** What is wrong with which field; `field` is a dotted path, empty for the whole. */
  readonly fields: { field: string; message: string }[]
  /** Seconds after which asking again makes sense (429, 503). */
  readonly retryAfter: number | null

  constructor(status: number, body: Partial<ProblemBody>, retryAfter: number | null = null) {
    super(body.detail || body.title || `HTTP ${status}`)
    this.name = 'Problem'
    this.status = status
    this.code = body.code ?? ''
    this.title = body.title ?? ''
    this.detail = body.detail ?? ''
    this.requestId = body.request_id ?? ''
    this.fields = body.fields ?? []
    this.retryAfter = retryAfter
  }
}

interface ProblemBody {
  title: string
  detail: string
  code: string
  request_id: string
  fields: { field: string; message: string }[]
}

/** Whatever was thrown as a problem; a fault of the dashboard's own has the code `fault`. */
export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  return new Problem(0, { code: 'fault', detail: error instanceof Error ? error.message : String(error) })
}

/** Puts what the hub says of each field beside that field, and all else on the form's `root`. */
export function applyProblem<Values extends FieldValues>(form: UseFormReturn<Values>, error: unknown): void {
  const problem = asProblem(error)
  const rest: string[] = []
  for (const { field, message } of problem.fields) {
    if (field && hasField(form.getValues(), field)) {
      form.setError(field as Path<Values>, { type: 'server', message })
    } else {
      rest.push(field ? `${field}: ${message}` : message)
    }
  }
  if (rest.length > 0 || problem.fields.length === 0) {
    form.setError('root', { type: 'server', message: rest.join(' ') || problem.detail || problem.title })
  }
}

function hasField(values: unknown, path: string): boolean {
  const [first = '', ...rest] = path.split('.')
  if (typeof values !== 'object' || values === null || !(first in values)) return false
  return rest.length === 0 || hasField((values as Record<string, unknown>)[first], rest.join('.'))
}
