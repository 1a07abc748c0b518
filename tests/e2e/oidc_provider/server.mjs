// A certified OpenID Connect provider with two companies' people, for the tests: node server.mjs PORT HUB
// HUB is where the hub is, for its redirects. POST /test/rotate puts new keys before the old ones; with ?forget=1 the
// old ones go. Prints one line when it listens.
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { createServer } from "node:http";
import { Provider } from "oidc-provider";

const [port, hub] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
const API = "https://paypredict.example/api";
const SCOPES = "invoices:read invoices:write predictions:read";
const ROLES = "https://paypredict/roles";

const PEOPLE = {
  ada: { name: "Ada Admin", email: "ada@acme.example", email_verified: true, org_id: "org_acme", [ROLES]: ["admin"] },
  vic: { name: "Vic Viewer", email: "vic@acme.example", email_verified: true, org_id: "org_acme", [ROLES]: ["viewer"] },
  una: { name: "Una Unverified", email: "una@acme.example", email_verified: false, org_id: "org_acme" },
  lost: { name: "Lou Lost", email: "lou@lost.example", email_verified: true, org_id: "org_lost", [ROLES]: ["admin"] },
};
const MACHINES = { "machine-rs256": "RS256", "machine-es256": "ES256" };

const newKeys = () => {
  const kid = () => randomBytes(8).toString("hex");
  const jwk = (pair, alg) => ({ ...pair.privateKey.export({ format: "jwk" }), kid: kid(), use: "sig", alg });
  return [
    jwk(generateKeyPairSync("rsa", { modulusLength: 2048 }), "RS256"),
    jwk(generateKeyPairSync("ec", { namedCurve: "P-256" }), "ES256"),
  ];
};

const claimsOf = (accountId) => ({ sub: accountId, ...PEOPLE[accountId] });

const configuration = (keys) => ({
  jwks: { keys },
  clients: [
    {
      client_id: "paypredict",
      client_secret: "browser-secret",
      redirect_uris: [`${hub}/api/oidc/callback`],
      post_logout_redirect_uris: [`${hub}/sign-in`],
      grant_types: ["authorization_code"],
      response_types: ["code"],
    },
    {
      client_id: "spa",
      token_endpoint_auth_method: "none",
      redirect_uris: ["http://127.0.0.1/spa"],
      grant_types: ["authorization_code"],
      response_types: ["code"],
    },
    ...Object.keys(MACHINES).map((client_id) => ({
      client_id,
      client_secret: "machine-secret",
      redirect_uris: [],
      grant_types: ["client_credentials"],
      response_types: [],
    })),
  ],
  cookies: { keys: ["a key for the tests' cookies"] },
  claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name", "org_id", ROLES] },
  pkce: { required: () => true },
  findAccount: (ctx, accountId) =>
    PEOPLE[accountId] && { accountId, claims: async () => claimsOf(accountId) },
  // As an Auth0 Action would add them.
  extraTokenClaims: (ctx, token) =>
    token.kind === "ClientCredentials" ? { org_id: "org_acme" } : token.accountId ? claimsOf(token.accountId) : {},
  // Whoever signs in has agreed: this is a company's own provider.
  loadExistingGrant: async (ctx) => {
    const { client, session, provider } = ctx.oidc;
    const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
    grant.addOIDCScope("openid profile email");
    grant.addResourceScope(API, SCOPES);
    await grant.save();
    return grant;
  },
  interactions: { url: (ctx, interaction) => `/login/${interaction.uid}` },
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    rpInitiatedLogout: {
      enabled: true,
      logoutSource: (ctx, form) => {
        ctx.body = `<!doctype html><title>Sign out?</title>${form}
          <button form="op.logoutForm" name="logout" value="yes">Sign out of the provider</button>`;
      },
    },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: (ctx, resource, client) => ({
        scope: SCOPES,
        audience: resource,
        accessTokenTTL: 600,
        accessTokenFormat: "jwt",
        jwt: { sign: { alg: MACHINES[client.clientId] ?? "RS256" } },
      }),
    },
  },
  ttl: { AccessToken: 600, AuthorizationCode: 60, ClientCredentials: 600, Grant: 600, IdToken: 600, Interaction: 600, Session: 600 },
});

// The provider's memory is its module's: sessions outlive a change of keys.
let keys = newKeys();
let provider, answer;
const begin = () => {
  provider = new Provider(issuer, configuration(keys));
  answer = provider.callback();
};
begin();

const loginForm = () => `<!doctype html><title>Provider</title><form method="post">
  <label>Person <input name="person" autofocus></label> <button>Sign in</button></form>
  <form method="post"><button name="cancel" value="1">Cancel</button></form>`;

async function login(request, response) {
  if (request.method === "GET") {
    response.writeHead(200, { "Content-Type": "text/html" }).end(loginForm());
    return;
  }
  let body = "";
  for await (const part of request) body += part;
  const form = new URLSearchParams(body);
  const result = form.get("cancel")
    ? { error: "access_denied", error_description: "The person pressed Cancel" }
    : { login: { accountId: form.get("person") } };
  await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
}

createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url, issuer);
  if (pathname === "/test/rotate") {
    keys = searchParams.get("forget") ? newKeys() : [...newKeys(), ...keys];
    begin();
    response.writeHead(204).end();
  } else if (pathname.startsWith("/login/")) {
    login(request, response).catch((error) => response.writeHead(400).end(String(error)));
  } else {
    answer(request, response);
  }
}).listen(Number(port), "127.0.0.1", () => console.log(`listening ${issuer}`));
