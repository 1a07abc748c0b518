// Shows who is signed in, as what and where, and lets them change what is theirs.
import { ask, byId, onSubmit, say } from "./hub.js";

const ROLES = { admin: "Admin", member: "Member", viewer: "Viewer" };
const message = byId("message");
const done = byId("done");
let session;

async function start() {
  try {
    const [found, methods] = await Promise.all([ask("GET", "/api/session"), ask("GET", "/api/session/methods")]);
    byId("password-section").hidden = !methods.local;
    showSession(found);
    await listSessions();
    byId("account").hidden = byId("sign-out").hidden = false;
  } catch (problem) {
    complain(problem);
  }
  byId("waiting").hidden = true;
}

// Who is signed in no longer is sent to the way in, and comes back.
function complain(problem) {
  if (problem.status === 401) location.replace(`/sign-in?return_to=${encodeURIComponent(location.pathname)}`);
  else say(message, problem.message);
}

function showSession(found) {
  session = found;
  byId("email").textContent = byId("username").value = found.user.email;
  byId("name").textContent = found.user.name;
  byId("name").hidden = byId("name-label").hidden = !found.user.name;
  byId("tenant").textContent = found.tenant ? found.tenant.name : "None yet. Ask an admin of your company to add you.";
  const roles = [found.role && ROLES[found.role], found.is_operator && "Operator of this hub"].filter(Boolean);
  byId("role").textContent = roles.join(", ") || "None";
  const others = found.tenants.filter((each) => !found.tenant || each.key !== found.tenant.key);
  byId("switch").hidden = others.length === 0;
  byId("tenants").replaceChildren(...others.map((each) => new Option(`${each.name} (${ROLES[each.role]})`, each.key)));
  byId("current-field").hidden = !found.asks_password;
  byId("current").required = found.asks_password;
}

async function listSessions() {
  const { items } = await ask("GET", "/api/sessions");
  byId("sessions").replaceChildren(...items.map(row));
}

function row(item) {
  const line = document.createElement("li");
  const words = document.createElement("div");
  const device = document.createElement("strong");
  device.textContent = item.device;
  const details = document.createElement("span");
  details.className = "hint";
  const when = (instant) => new Date(instant).toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
  details.textContent = [item.address, `since ${when(item.created_at)}`, `last used ${when(item.last_seen_at)}`]
    .filter(Boolean).join(" · ");
  words.append(device, details);
  line.append(words);
  if (item.is_current) {
    const here = document.createElement("span");
    here.className = "here";
    here.textContent = "This one";
    line.append(here);
    return line;
  }
  const button = document.createElement("button");
  button.type = "button";
  button.className = "plain";
  button.textContent = "End";
  button.setAttribute("aria-label", `End the session of ${item.device}, ${details.textContent}`);
  button.addEventListener("click", () => attempt(button, async () => {
    await ask("DELETE", `/api/sessions/${item.id}`, { csrf: session.csrf_token });
    await listSessions();
    say(done, `The session of ${item.device} has ended.`, "good");
    byId("sessions-title").focus();
  }));
  line.append(button);
  return line;
}

async function attempt(button, work) {
  say(message, "");
  say(done, "");
  button.disabled = true;
  try {
    await work();
  } catch (problem) {
    complain(problem);
  } finally {
    button.disabled = false;
  }
}

byId("sign-out").addEventListener("click", () => attempt(byId("sign-out"), async () => {
  const { sign_out_url: next } = await ask("DELETE", "/api/session", { csrf: session.csrf_token });
  location.replace(next || "/sign-in");
}));

onSubmit(byId("switch-form"), message, async (form) => {
  say(done, "");
  showSession(await ask("PUT", "/api/session/tenant", { body: { tenant: form.get("tenant") }, csrf: session.csrf_token }));
  await listSessions();
  say(done, `You now work in ${session.tenant.name}.`, "good");
});

onSubmit(byId("password-form"), message, async (form) => {
  say(done, "");
  const body = { password: form.get("password") };
  if (session.asks_password) body.current_password = form.get("current_password");
  const { ended_sessions: ended } = await ask("PUT", "/api/session/password", { body, csrf: session.csrf_token });
  byId("password-form").reset();
  byId("username").value = session.user.email;
  await listSessions();
  const rest = ended === 1 ? " One other session ended." : ended ? ` ${ended} other sessions ended.` : "";
  say(done, `Your password is changed.${rest}`, "good");
});

start();
