import { Alert, AlertDescription } from '@/components/ui/alert'

/** What the hub says of a form as a whole. */
export function FormProblem({ message }: { message?: string }) {
  if (!message) return null
  return (
    <Alert variant="destructive">
      <AlertDescription>{message}</AlertDescription>
    </Alert>
  )
}
