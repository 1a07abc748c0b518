/** Rules of react-hook-form's `register` for text, which is sent without what surrounds it. */
const trimmed = { setValueAs: (text: string) => text.trim() }

/** Any text, none included. */
export const anyText = trimmed

/** Some text, else `message`. */
export const someText = (message: string) => ({ ...trimmed, required: message })

/** Text of a form, else `message`. */
export const textLike = (form: RegExp, message: string) => ({
  ...trimmed,
  validate: (text: string) => form.test(text) || message,
})

/** A secret of at least `least` characters, sent exactly as it was typed. */
export const secretOf = (least: number, message: string) => ({
  validate: (text: string) => text.length >= least || message,
})
