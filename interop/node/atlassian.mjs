// A service provider in the shapes of Atlassian Cloud, on @node-saml/node-saml:
// its entity ID and ACS URL with a query string, three text fields for the
// identity provider, one certificate, unsigned requests by Redirect, and the way
// from the ACS over a second host to the product on a third.
//
//     atlassian.mjs KEY_FILE CERTIFICATE_FILE
//
// It listens with TLS on 127.0.0.1 for all of its hosts, and prints that address.

import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import { SAML, ValidateInResponseTo } from "@node-saml/node-saml";
import { DOMParser } from "@xmldom/xmldom";

const UNIQUE_ID = "8f3c2a1e-77aa-4c0e-9d10-2f6f7c1f0f55";
const ENTITY_ID = `https://auth.atlassian.com/saml/${UNIQUE_ID}`;
const ACS_URL = `https://auth.atlassian.com/login/callback?connection=saml-${UNIQUE_ID}`;
const SITE = "https://acme.atlassian.net";
const CLAIMS = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/";
const EMAIL = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress";

let saml, idp;
// By stable id. What it makes at the first sign-in is the same account ever after.
const accounts = new Map();
const askedPages = new Map();
const codes = new Map();

const pages = {
  "GET admin.atlassian.com/": () => page("Add SAML details", `
    <form method=post action=/saml>
    <label>Identity provider Entity ID <input name=entity_id></label>
    <label>Identity provider SSO URL <input name=sso_url></label>
    <label>Public x509 certificate <textarea name=certificate></textarea></label>
    <button>Save configuration</button></form>
    <p>Service provider entity URL <code id=sp-entity>${ENTITY_ID}</code>
    <p>Service provider assertion consumer service URL <code id=sp-acs>${text(ACS_URL)}</code>`),

  "POST admin.atlassian.com/saml": (_, form) => {
    idp = form;
    saml = new SAML({
      entryPoint: form.sso_url,
      idpIssuer: form.entity_id,
      idpCert: form.certificate,
      issuer: ENTITY_ID,
      audience: ENTITY_ID,
      callbackUrl: ACS_URL,
      disableRequestedAuthnContext: true,
      wantAssertionsSigned: true,
      wantAuthnResponseSigned: false,
      validateInResponseTo: ValidateInResponseTo.always,
    });
    return page("Saved", "<p>The configuration is saved");
  },

  "GET acme.atlassian.net/browse/ACME-42": (url) =>
    to(`https://id.atlassian.com/login?continue=${encodeURIComponent(`${SITE}${url.pathname}`)}`),

  "GET id.atlassian.com/login": (url) => page("Log in", `
    <form method=post action=/login><input name=continue type=hidden value="${text(url.searchParams.get("continue"))}">
    <label>Email <input type=email name=email></label><button>Continue</button></form>`),

  "POST id.atlassian.com/login": async (_, form) => {
    const relayState = remember(askedPages, form.continue);
    return to(await saml.getAuthorizeUrlAsync(relayState, undefined, {}));
  },

  // The query string is a part of the address: without it nobody is here.
  [`POST ${ACS_URL.slice("https://".length)}`]: async (_, form) => {
    try {
      const account = await admit(form);
      const next = askedPages.get(form.RelayState) ?? `${SITE}/`;
      return to(`https://id.atlassian.com/login/continue?code=${remember(codes, { account, next })}`);
    } catch (error) {
      const why = encodeURIComponent(error.message);
      return to(`https://id.atlassian.com/error?error=saml&error_description=${why}&tracking=${randomBytes(4).toString("hex")}`);
    }
  },

  "GET id.atlassian.com/login/continue": (url) => {
    const { account, next } = codes.get(url.searchParams.get("code"));
    return to(`${next}/arrived?code=${remember(codes, account)}`);
  },

  "GET acme.atlassian.net/browse/ACME-42/arrived": (url) =>
    result({ accepted: true, ...codes.get(url.searchParams.get("code")) }),

  "GET id.atlassian.com/error": (url) =>
    result({ accepted: false, error: url.searchParams.get("error_description") }),
};

// What it demands of a response beyond what the library looks at, and the account that it means.
async function admit(form) {
  const { profile } = await saml.validatePostResponseAsync(form);
  const tree = new DOMParser().parseFromString(Buffer.from(form.SAMLResponse, "base64").toString(), "text/xml");
  const all = (space, name) => Array.from(tree.getElementsByTagNameNS(space, name));
  const [response] = all("urn:oasis:names:tc:SAML:2.0:protocol", "Response");
  const [confirmation] = all("urn:oasis:names:tc:SAML:2.0:assertion", "SubjectConfirmationData");
  demand(response.getAttribute("Destination") === ACS_URL, "Destination is invalid.");
  demand(confirmation.getAttribute("Recipient") === ACS_URL, "Recipient is invalid.");
  for (const method of all("http://www.w3.org/2000/09/xmldsig#", "SignatureMethod"))
    demand(/#(rsa|ecdsa)-sha(256|384|512)$/.test(method.getAttribute("Algorithm")), "The algorithm is too weak.");
  demand(profile.issuer === idp.entity_id, "Issuer is invalid.");
  demand(profile.nameIDFormat === EMAIL && profile.nameID.includes("@"), "NameID is no address.");
  const claim = (name) => profile.attributes[`${CLAIMS}${name}`];
  demand(claim("givenname") && claim("surname"), "A first and a last name are needed.");
  demand(claim("name") && claim("name") !== profile.nameID, "The stable id is missing.");
  const account = accounts.get(claim("name")) ?? { number: accounts.size + 1 };
  Object.assign(account, { email: profile.nameID, first_name: claim("givenname"), last_name: claim("surname") });
  accounts.set(claim("name"), account);
  return account;
}

function demand(holds, what) {
  if (!holds) throw new Error(what);
}

function remember(map, value) {
  const key = randomBytes(16).toString("hex");
  map.set(key, value);
  return key;
}

const text = (value) => String(value).replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
const page = (title, body) => ({ body: `<!doctype html><title>${title}</title><h1>${title}</h1>${body}` });
const result = (value) => page("Atlassian", `<pre id=result>${text(JSON.stringify(value))}</pre>`);
const to = (location) => ({ location });

const server = createServer({ key: readFileSync(process.argv[2]), cert: readFileSync(process.argv[3]) }, async (request, response) => {
  const url = new URL(request.url, `https://${request.headers.host}`);
  let body = "";
  for await (const chunk of request) body += chunk;
  const at = `${request.method} ${url.host}`;
  const handle = pages[`${at}${request.url}`] ?? (url.pathname !== "/login/callback" && pages[`${at}${url.pathname}`]);
  const answer = handle ? await handle(url, Object.fromEntries(new URLSearchParams(body))) : { status: 404, body: "nothing here" };
  const headers = answer.location ? { Location: answer.location } : { "Content-Type": "text/html; charset=utf-8" };
  response.writeHead(answer.status ?? (answer.location ? 302 : 200), headers);
  response.end(answer.body);
});

server.listen(0, "127.0.0.1", () => console.log(`https://127.0.0.1:${server.address().port}`));
