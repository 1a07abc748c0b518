// Shows the OpenAPI document of this server and sends requests to it. Text only ever enters the page as text nodes.
"use strict";

const PROBLEMS = {
  unknown_host: "421 · The request names another host than this hub's.",
  invalid: "422 · Something sent cannot be used; `fields` says what and why. Nothing was stored.",
  bad_request: "400 · The request cannot be understood.",
  unauthorized: "401 · No valid API key.",
  forbidden: "403 · The key does not reach this far.",
  csrf: "A write with a session cookie needs the session's csrf_token in X-CSRF-Token; GET /api/session tells it.",
  local_sign_in_off: "403 · People come in through the provider only.",
  not_found: "404 · No such thing for this caller.",
  method_not_allowed: "405 · Not with this method; `Allow` names those that are.",
  conflict: "409 · It exists already, or was changed in between.",
  idempotency_key_reused: "409 · The Idempotency-Key stands for another request.",
  precondition_failed: "412 · `If-Match` names an older version: read it again.",
  timeout: "408 · The body did not arrive in time; the connection is closed.",
  too_large: "413 · More than the hub takes in one request.",
  address_too_long: "414 · A path with its query has at most 8 KB.",
  unsupported_media_type: "415 · Send the content type the operation names.",
  precondition_required: "428 · An update needs `If-Match`.",
  rate_limited: "429 · Too many requests; `Retry-After` says when there is room again.",
  headers_too_large: "431 · The headers of a request have at most 32 KB together.",
  internal: "500 · Our fault; the request id finds it in the log.",
  not_streaming: "The server in front holds no streams: ask now and then instead.",
  unavailable: "503 · Something the hub needs does not answer; try again.",
};

const byId = (id) => document.getElementById(id);

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== false && value !== undefined) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

// Text in which `code` is marked by backquotes and paragraphs by empty lines.
function prose(text = "") {
  return text.split(/\n\n+/).map((paragraph) =>
    make("p", {}, ...paragraph.split("`").map((part, place) => (place % 2 ? make("code", {}, part) : part))));
}

function resolve(spec, value) {
  return value && value.$ref ? value.$ref.slice(2).split("/").reduce((at, step) => at[step], spec) : value || {};
}

function typeOf(spec, schema) {
  const inner = resolve(spec, schema.allOf ? schema.allOf[0] : schema);
  const types = [inner.type].flat().filter(Boolean);
  if (inner.type === "array" || types.includes("array")) return `array of ${typeOf(spec, inner.items || {})}`;
  const name = schema.$ref ? schema.$ref.split("/").pop() : types.join(" or ") || "any";
  const extra = [inner.format, inner.enum && inner.enum.filter((each) => each !== null).join(" | ")].filter(Boolean);
  return extra.length ? `${name} (${extra.join(", ")})` : name;
}

// An example made from the schema's own examples.
function sample(spec, schema, depth = 0) {
  const inner = resolve(spec, schema.allOf ? schema.allOf[0] : schema);
  if (inner.example !== undefined) return inner.example;
  if (inner.enum) return inner.enum[0];
  const type = [inner.type].flat()[0];
  if (type === "array") return depth > 4 ? [] : [sample(spec, inner.items || {}, depth + 1)];
  if (type === "object" || inner.properties) {
    const entries = Object.entries(inner.properties || {});
    return Object.fromEntries(entries.map(([name, each]) => [name, sample(spec, each, depth + 1)]));
  }
  return { string: "text", integer: 1, number: 1.5, boolean: true }[type] ?? null;
}

function row(name, required, type, description, input) {
  const label = make("code", { class: required ? "needed" : "" }, name);
  const cells = [make("td", {}, label), make("td", {}, make("span", { class: "type" }, type), ...prose(description))];
  if (input) cells.push(make("td", {}, input));
  return make("tr", {}, ...cells);
}

function parametersTable(spec, parameters, inputs) {
  const rows = parameters.map((parameter) => {
    inputs.set(parameter, make("input", { "aria-label": parameter.name, placeholder: parameter.schema.default ?? "" }));
    return row(parameter.name, parameter.required, typeOf(spec, parameter.schema), parameter.description,
      inputs.get(parameter));
  });
  return rows.length ? [make("h3", {}, "Parameters"), make("table", {}, make("tbody", {}, ...rows))] : [];
}

function bodyEditor(spec, operation) {
  const content = resolve(spec, operation.requestBody).content;
  if (!content) return { nodes: [], read: () => undefined };
  const [type, media] = Object.entries(content)[0];
  const schema = resolve(spec, media.schema);
  const required = new Set(schema.required || []);
  const properties = Object.entries(schema.properties || {});
  const fields = properties.map(([name, each]) =>
    row(name, required.has(name), typeOf(spec, each), resolve(spec, each).description));
  const table = make("table", {}, make("tbody", {}, ...fields));
  if (type === "multipart/form-data") {
    const form = make("form", {}, ...properties.map(([name, each]) =>
      make("label", {}, name, make("input", { name, type: resolve(spec, each).format === "binary" ? "file" : "text" }))));
    const read = () => {
      const data = new FormData(form);
      for (const [name, value] of [...data]) if (value === "") data.delete(name);
      return { body: data };
    };
    return { nodes: [make("h3", {}, `Body · ${type}`), table, form], read };
  }
  const needed = Object.entries(sample(spec, media.schema)).filter(([name]) => !required.size || required.has(name));
  const area = make("textarea", { "aria-label": "Body" });
  area.value = JSON.stringify(Object.fromEntries(needed), null, 2);
  const read = () => ({ body: area.value, headers: { "Content-Type": type } });
  return { nodes: [make("h3", {}, `Body · ${type}`), table, area], read };
}

function responses(spec, operation) {
  return Object.entries(operation.responses).flatMap(([status, reference]) => {
    if (status === "default") return [];
    const response = resolve(spec, reference);
    const media = Object.entries(response.content || {})[0];
    const nodes = [make("h3", {}, `${status} · ${response.description}`)];
    if (media && Number(status) < 400) nodes.push(make("pre", {}, JSON.stringify(sample(spec, media[1].schema), null, 2)));
    return nodes;
  });
}

async function send(path, method, inputs, body, output) {
  const query = new URLSearchParams();
  const headers = { ...(body && body.headers) };
  let address = path;
  for (const [parameter, input] of inputs) {
    if (input.value === "") continue;
    if (parameter.in === "path") address = address.replace(`{${parameter.name}}`, encodeURIComponent(input.value));
    else if (parameter.in === "query") query.set(parameter.name, input.value);
    else headers[parameter.name] = input.value;
  }
  if (byId("key").value) headers.Authorization = `Bearer ${byId("key").value.trim()}`;
  output.hidden = false;
  try {
    const response = await fetch(query.size ? `${address}?${query}` : address,
      { method: method.toUpperCase(), headers, body: body && body.body });
    const text = await response.text();
    let shown = text;
    try { shown = JSON.stringify(JSON.parse(text), null, 2); } catch { /* no JSON: shown as it came */ }
    const named = ["etag", "location", "x-request-id"].filter((name) => response.headers.has(name));
    const lines = named.map((name) => `${name}: ${response.headers.get(name)}`);
    output.textContent = [`${response.status} ${response.statusText}`, ...lines, "", shown].join("\n");
  } catch (error) {
    output.textContent = String(error);
  }
}

function operationPanel(spec, path, method, item) {
  const operation = item[method];
  const inputs = new Map();
  const parameters = [...(item.parameters || []), ...(operation.parameters || [])].map((each) => resolve(spec, each));
  const body = bodyEditor(spec, operation);
  const output = make("pre", { hidden: true });
  const panel = make("details", { id: operation.operationId });
  const head = make("summary", {},
    make("span", { class: `method ${method}` }, method.toUpperCase()), make("code", {}, path),
    make("span", {}, operation.summary || ""));
  // Built when it is first opened: most never are.
  panel.addEventListener("toggle", () => panel.children.length === 1 && panel.append(make("div", { class: "inside" },
    ...prose(operation.description || ""), ...parametersTable(spec, parameters, inputs), ...body.nodes,
    make("button", { type: "button", onclick: () => send(path, method, inputs, body.read(), output) }, "Send"), output,
    ...responses(spec, operation))));
  panel.append(head);
  return panel;
}

function show(spec) {
  byId("version").textContent = `API ${spec.info.version} · OpenAPI ${spec.openapi}`;
  byId("about").append(...prose(spec.info.description));
  const groups = new Map((spec.tags || []).map((tag) => [tag.name, { description: tag.description, panels: [], links: [] }]));
  for (const [path, item] of Object.entries(spec.paths)) {
    for (const method of ["get", "post", "put", "delete"].filter((each) => item[each])) {
      const group = groups.get(item[method].tags[0]);
      group.panels.push(operationPanel(spec, path, method, item));
      group.links.push(make("a", { href: `#${item[method].operationId}` }, item[method].operationId));
    }
  }
  byId("operations").replaceChildren(...[...groups].flatMap(([name, group]) =>
    [make("h2", { id: `tag-${name}` }, name), ...prose(group.description), ...group.panels]));
  byId("contents").append(...[...groups].flatMap(([name, group]) => [make("strong", {}, name), ...group.links]));
  const rows = Object.entries(PROBLEMS).map(([code, meaning]) => {
    const line = make("tr", { id: `problem-${code}` }, make("td", {}, make("code", {}, code)), make("td", {}, ...prose(meaning)));
    return line;
  });
  byId("problems").hidden = false;
  byId("problems").querySelector("tbody").append(...rows);
  const open = () => {
    const target = location.hash && byId(location.hash.slice(1));
    if (target) { target.open = true; target.scrollIntoView(); }
  };
  addEventListener("hashchange", open);
  open();
}

byId("key-form").addEventListener("submit", (event) => event.preventDefault());
fetch("/api/openapi.json").then((response) => response.json()).then(show, (error) => {
  byId("operations").replaceChildren(...prose(`The document could not be read: ${error}`));
});
