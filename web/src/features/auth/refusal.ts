import { useProblemText } from '@/components/problem-alert'
import { asProblem } from '@/lib/problem'

/** Why the hub did not let somebody in, in its own words; it has a sentence for each case. */
export function useRefusalText(): (error: unknown) => string {
  const describe = useProblemText()
  return (error) => {
    const { status, code, detail } = asProblem(error)
    return status > 0 && detail && code !== 'fault' ? detail : describe(error).detail
  }
}
