/** Where the overview is: where people go on when nothing better is known. */
export const HOME = '/'

/** `wanted` if it is a path of this hub, else `otherwise`. Whatever a browser may take for an address elsewhere is none. */
export function pathHere(wanted: string | null, otherwise: string = HOME): string {
  if (!wanted?.startsWith('/') || /[\\\u0000-\u001f]/.test(wanted)) return otherwise
  const address = new URL(wanted, location.origin)
  if (address.origin !== location.origin || wanted.startsWith('//')) return otherwise
  const path = address.pathname + address.search
  // Dots may leave two slashes at the start, which would be another host's name.
  return path.startsWith('//') || path.startsWith('/sign-in') ? otherwise : path
}
