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
