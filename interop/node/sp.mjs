// A service provider on @node-saml/node-saml, with its defaults: among them the
// request for PasswordProtectedTransport, compared exactly.
//
//     sp.mjs SSO_URL CERTIFICATE_FILE [PORT]
//
// `/login` sends the browser to the identity provider; `/acs` shows as JSON
// what node-saml accepted, or why it did not; `/last` is the response that came
// last.

import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { SAML } from "@node-saml/node-saml";

const [entryPoint, certificate, port = "0"] = process.argv.slice(2);
let saml, last;

const server = createServer(async (request, response) => {
  const { pathname } = new URL(request.url, "http://sp");
  if (pathname === "/login") {
    response.writeHead(302, { Location: await saml.getAuthorizeUrlAsync("a place", undefined, {}) });
    return response.end();
  }
  if (pathname === "/last") {
    response.writeHead(200, { "Content-Type": "application/xml" });
    return response.end(last);
  }
  if (pathname !== "/acs" || request.method !== "POST") {
    response.writeHead(404);
    return response.end();
  }
  let body = "";
  for await (const chunk of request) body += chunk;
  const form = Object.fromEntries(new URLSearchParams(body));
  last = Buffer.from(form.SAMLResponse, "base64");
  response.writeHead(200, { "Content-Type": "text/html; charset=utf-8" });
  response.end(`<!doctype html><title>node-saml</title><pre id=result>${JSON.stringify(await judge(form))}</pre>`);
});

async function judge(form) {
  try {
    const { profile } = await saml.validatePostResponseAsync(form);
    return {
      accepted: true,
      name_id: profile.nameID,
      format: profile.nameIDFormat,
      attributes: { email: profile.email, firstname: profile.firstname, lastname: profile.lastname },
      relay_state: form.RelayState ?? null,
    };
  } catch (error) {
    return { accepted: false, error: String(error) };
  }
}

server.listen(Number(port), "127.0.0.1", () => {
  const base = `http://node-saml.localhost:${server.address().port}`;
  saml = new SAML({
    entryPoint,
    issuer: `${base}/metadata`,
    callbackUrl: `${base}/acs`,
    idpCert: readFileSync(certificate, "utf8"),
  });
  console.log(base);
});
