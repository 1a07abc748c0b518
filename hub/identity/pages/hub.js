// What both pages share: asking the API, and saying what went wrong where it belongs. Text enters as text, never as HTML.

export const byId = (id) => document.getElementById(id);

// The answer of the API. Throws a Problem, which has its status, code, detail and fields.
export async function ask(method, path, { body, csrf } = {}) {
  const headers = { Accept: "application/json" };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (csrf) headers["X-CSRF-Token"] = csrf;
  let response;
  try {
    response = await fetch(path, {
      method, headers, credentials: "same-origin", cache: "no-store",
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    throw new Problem({ status: 0, code: "away", detail: "The hub does not answer. Check your connection, and try again." });
  }
  if (response.status === 204) return null;
  let answer = {};
  try {
    answer = await response.json();
  } catch {
    // A proxy in front may answer for the hub, in words of its own.
  }
  if (!response.ok) {
    throw new Problem({ status: response.status, code: answer.code || "", fields: answer.fields || [],
      detail: answer.detail || `The hub answered ${response.status}. Try again in a moment.` });
  }
  return answer;
}

export class Problem extends Error {
  constructor({ status, code, detail, fields = [] }) {
    super(detail);
    Object.assign(this, { status, code, fields });
  }
}

// Says something in an element that screen readers watch.
export function say(element, text, kind = "bad") {
  element.className = `message ${kind}`;
  element.textContent = text;
}

// Runs `work` when the form is sent: once at a time, with its problems beside the fields they are about.
export function onSubmit(form, message, work) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button[type=submit]");
    if (button.disabled) return;
    clear(form, message);
    button.disabled = true;
    try {
      await work(new FormData(form));
    } catch (problem) {
      show(form, message, problem);
    } finally {
      button.disabled = false;
    }
  });
}

function clear(form, message) {
  say(message, "");
  for (const input of form.querySelectorAll("[aria-invalid]")) input.removeAttribute("aria-invalid");
  for (const wrong of form.querySelectorAll(".wrong")) wrong.textContent = "";
}

function show(form, message, problem) {
  say(message, problem.message);
  let first = null;
  for (const { field, message: text } of problem.fields || []) {
    const input = form.elements.namedItem(field);
    const wrong = input && byId(`${input.id}-wrong`);
    if (!wrong) continue;
    input.setAttribute("aria-invalid", "true");
    wrong.textContent = text.charAt(0).toUpperCase() + text.slice(1);
    first ||= input;
  }
  (first || form.querySelector("input[type=password]") || form.querySelector("input")).focus();
}

// `wanted` if it is a path of this hub, else the other one.
export function pathHere(wanted, otherwise) {
  if (!wanted || !wanted.startsWith("/") || /[\\\u0000-\u001f]/.test(wanted)) return otherwise;
  const address = new URL(wanted, location.origin);
  return address.origin === location.origin && !wanted.startsWith("//") ? address.pathname + address.search : otherwise;
}
