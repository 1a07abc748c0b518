import { act, screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { en } from '@/messages'
import { problem, session, standInForHub } from '@/test/hub'
import { answer, renderPage } from '@/test/render'
import { SignIn } from './sign-in'

const METHODS = { 'GET /api/session/methods': answer({ local: true, oidc: false }) }
const replace = vi.fn()

beforeEach(() => {
  replace.mockReset()
  vi.spyOn(window.location, 'replace').mockImplementation(replace)
})

afterEach(() => {
  window.history.replaceState(null, '', '/')
  vi.unstubAllGlobals()
})

function open(address: string) {
  window.history.replaceState(null, '', address)
  return renderPage(<SignIn />)
}

async function enter(email: string, password: string) {
  const user = userEvent.setup()
  if (email) await user.type(await screen.findByLabelText('Email'), email)
  if (password) await user.type(await screen.findByLabelText('Password'), password)
  await user.click(await screen.findByRole('button', { name: 'Sign in' }))
}

test('who gives the right password goes on to where they were going', async () => {
  const hub = standInForHub({ ...METHODS, 'POST /api/session': answer(session(), 201) })
  open('/sign-in/?return_to=%2Finvoices%2F%3Fq%3Dacme')
  await enter('ada@acme.example', 'four words are plenty')
  await waitFor(() => expect(replace).toHaveBeenCalledWith('/invoices/?q=acme'))
  expect(hub.bodiesOf('POST /api/session')).toEqual([
    { email: 'ada@acme.example', password: 'four words are plenty' },
  ])
})

test('password managers are told which field is which', async () => {
  standInForHub(METHODS)
  open('/sign-in/')
  expect(await screen.findByLabelText('Email')).toHaveAttribute('autocomplete', 'username')
  expect(screen.getByLabelText('Email')).toHaveFocus()
  expect(screen.getByLabelText('Password')).toHaveAttribute('autocomplete', 'current-password')
})

test('a wrong password is refused in the hub’s words and typed again', async () => {
  standInForHub({
    ...METHODS,
    'POST /api/session': problem(401, 'unauthorized', 'Email or password is wrong.'),
  })
  open('/sign-in/')
  await enter('ada@acme.example', 'not this one')
  expect(await screen.findByRole('alert')).toHaveTextContent('Email or password is wrong.')
  expect(screen.getByLabelText('Password')).toHaveValue('')
  expect(screen.getByLabelText('Password')).toHaveFocus()
  expect(screen.getByLabelText('Email')).toHaveValue('ada@acme.example')
  expect(replace).not.toHaveBeenCalled()
})

test('nothing is sent without an address and a password', async () => {
  const hub = standInForHub(METHODS)
  open('/sign-in/')
  await enter('', '')
  expect(await screen.findByText('Your email address is needed.')).toBeVisible()
  expect(screen.getByLabelText('Password')).toHaveAccessibleDescription('Your password is needed.')
  expect(hub.bodiesOf('POST /api/session')).toEqual([])
})

test('a locked address is told how long it lasts', async () => {
  const refused = problem(
    429,
    'rate_limited',
    'Too many attempts for this address. Try again in 2 minutes.',
    [],
    {
      'Retry-After': '120',
    },
  )
  standInForHub({ ...METHODS, 'POST /api/session': refused })
  open('/sign-in/')
  await enter('ada@acme.example', 'guess')
  expect(await screen.findByText(/Try again in (2:00|1:59)/)).toBeVisible()
})

test('a link lets its person in at once, is struck from the address, and a password may be set', async () => {
  const hub = standInForHub({
    ...METHODS,
    'POST /api/session/link': answer(session({ method: 'link', asks_password: false }), 201),
    'PUT /api/session/password': answer({ ended_sessions: 0 }),
  })
  open('/sign-in/?return_to=/customers/#link=the-secret')
  expect(await screen.findByRole('heading', { name: 'You are signed in' })).toHaveFocus()
  expect(window.location.hash).toBe('')
  expect(screen.getByText('ada@acme.example')).toBeVisible()
  const user = userEvent.setup()
  await user.type(screen.getByLabelText('New password'), 'short')
  await user.click(screen.getByRole('button', { name: 'Set password' }))
  expect(await screen.findByText('At least 12 characters.')).toBeVisible()
  await user.type(screen.getByLabelText('New password'), ' is not enough')
  await user.click(screen.getByRole('button', { name: 'Set password' }))
  await waitFor(() => expect(replace).toHaveBeenCalledWith('/customers/'))
  expect(hub.bodiesOf('POST /api/session/link')).toEqual([{ link: 'the-secret', password: null }])
  expect(hub.bodiesOf('PUT /api/session/password')).toEqual([
    { password: 'short is not enough', current_password: null },
  ])
})

test('what is wrong with a new password stands beside it', async () => {
  standInForHub({
    ...METHODS,
    'POST /api/session/link': answer(session({ method: 'link' }), 201),
    'PUT /api/session/password': problem(422, 'invalid', 'The password cannot be used.', [
      { field: 'password', message: 'is among the passwords that are tried first' },
    ]),
  })
  open('/sign-in/#link=the-secret')
  const user = userEvent.setup()
  await user.type(await screen.findByLabelText('New password'), 'password1234')
  await user.click(screen.getByRole('button', { name: 'Set password' }))
  expect(await screen.findByText('The password cannot be used.')).toBeVisible()
  expect(screen.getByLabelText('New password')).toHaveAccessibleDescription(/tried first/)
})

test('a used link leaves the other ways in', async () => {
  standInForHub({
    ...METHODS,
    'POST /api/session/link': problem(401, 'unauthorized', 'This sign-in link is unknown, used or expired.'),
  })
  open('/sign-in/#link=the-secret')
  expect(await screen.findByRole('alert')).toHaveTextContent('unknown, used or expired')
  expect(await screen.findByLabelText('Email')).toBeVisible()
})

test('through the provider people come back to where they were going', async () => {
  standInForHub({ 'GET /api/session/methods': answer({ local: false, oidc: true }) })
  open('/sign-in/?return_to=//evil.example/')
  const way = await screen.findByRole('link', { name: 'Continue with single sign-on' })
  expect(way).toHaveAttribute('href', '/api/oidc/start?return_to=%2F')
  expect(screen.queryByLabelText('Password')).not.toBeInTheDocument()
})

test.each([...Object.keys(en.auth.errors).filter((each) => each !== 'other')])(
  'what the provider said is told in a sentence: %s',
  async (code) => {
    standInForHub(METHODS)
    open(`/sign-in/?error=${code}`)
    const sentence = en.auth.errors[code as keyof typeof en.auth.errors]
    expect(await screen.findByRole('alert')).toHaveTextContent(sentence)
  },
)

test.each(['constructor', '<img src=x onerror=alert(1)>'])(
  'what nobody knows is told as such: %s',
  async (code) => {
    standInForHub(METHODS)
    open(`/sign-in/?error=${encodeURIComponent(code)}`)
    expect(await screen.findByRole('alert')).toHaveTextContent(en.auth.errors.other)
    await act(async () => undefined)
  },
)
