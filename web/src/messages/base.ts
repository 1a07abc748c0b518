/** What is said before a page is there: by the shell around it, the sign-in page, and what stands in for a page. */
import auth from './en/auth.json'
import common from './en/common.json'
import jobs from './en/jobs.json'
import shell from './en/shell.json'

export const base = { auth, common, jobs, shell }
