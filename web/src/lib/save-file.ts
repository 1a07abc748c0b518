/** Hands a file that the hub answered with to the browser, under the name that the hub gave it. */
export async function saveFile(asked: Promise<{ data?: unknown; response: Response }>): Promise<void> {
  const { data, response } = await asked
  if (!(data instanceof Blob)) throw new TypeError('ask for the file with parseAs: "blob"')
  const name =
    /filename="([^"]+)"/.exec(response.headers.get('Content-Disposition') ?? '')?.[1] ?? 'export.csv'
  const address = URL.createObjectURL(data)
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  // Some browsers read the address only after the click has been handled.
  setTimeout(() => URL.revokeObjectURL(address), 10_000)
}
