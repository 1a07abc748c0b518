// Lets people in: by password, by a link, or through the provider.
import { ask, byId, onSubmit, pathHere, say } from "./hub.js";

// What the way back from the provider may have gone wrong with: /sign-in?error=<code>.
const ERRORS = {
  access_denied: "The sign-in was cancelled, or you may not use this hub.",
  disabled: "This account is disabled. Ask an operator of the hub.",
  email_unverified: "The provider has not verified your email address yet. Verify it, then sign in again.",
  no_email: "The provider does not say what your email address is. Ask an operator of the hub.",
  other_account: "Your email address belongs to another account of the provider here. Ask an operator of the hub.",
  expired: "That took too long, or was begun in another window. Try again.",
  provider: "The sign-in provider's answer cannot be used. Try again, or ask an operator of the hub.",
  provider_unavailable: "The sign-in provider does not answer. Try again in a moment.",
  unknown_organization: "Your organisation is not linked to this hub. Ask an operator of the hub.",
};

const OTHER_ERROR = "Single sign-on did not work. Try again, or ask an operator of the hub.";

const query = new URLSearchParams(location.search);
const goOn = pathHere(query.get("return_to"), "/account");
const link = new URLSearchParams(location.hash.slice(1)).get("link");
// Gone from the address before anything else happens, so that neither history nor a screenshot has it.
if (link) history.replaceState(null, "", location.pathname + location.search);

const message = byId("message");

async function start() {
  const error = query.get("error");
  if (error) say(message, Object.hasOwn(ERRORS, error) ? ERRORS[error] : OTHER_ERROR);
  if (link && (await redeem())) return;
  try {
    const methods = await ask("GET", "/api/session/methods");
    byId("oidc").href = `/api/oidc/start?return_to=${encodeURIComponent(goOn)}`;
    byId("oidc").hidden = !methods.oidc;
    byId("password-form").hidden = !methods.local;
    byId("or").hidden = !(methods.oidc && methods.local);
    if (methods.local && !methods.oidc) byId("email").focus();
  } catch (problem) {
    say(message, problem.message);
  }
  byId("waiting").hidden = true;
}

// Whether the link let its person in, who may then set a password.
async function redeem() {
  let session;
  try {
    session = await ask("POST", "/api/session/link", { body: { link } });
  } catch (problem) {
    say(message, problem.message);
    return false;
  }
  byId("way-in").hidden = true;
  byId("new-password").hidden = false;
  byId("who").textContent = byId("new-email").value = session.user.email;
  byId("later").href = goOn;
  byId("new-title").focus();
  onSubmit(byId("new-form"), byId("new-message"), async (form) => {
    await ask("PUT", "/api/session/password", { body: { password: form.get("password") }, csrf: session.csrf_token });
    location.replace(goOn);
  });
  return true;
}

onSubmit(byId("password-form"), message, async (form) => {
  await ask("POST", "/api/session", { body: { email: form.get("email"), password: form.get("password") } });
  location.replace(goOn);
});

// A link that is opened where this page is open already changes nothing but what stands after the #.
window.addEventListener("hashchange", () => location.reload());

start();
