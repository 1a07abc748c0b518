/**
 * Turns a file of ICU messages into what they are at run time, so that no browser has to load a parser of them. Used by
 * `next build`; in development they are parsed as they are shown.
 */
module.exports = async function load(source) {
  const { default: compile } = await import('icu-minify/compile')
  const compiled = (node) =>
    typeof node === 'string'
      ? compile(node)
      : Object.fromEntries(Object.entries(node).map(([key, child]) => [key, compiled(child)]))
  return `export default ${JSON.stringify(compiled(JSON.parse(source)))}`
}
