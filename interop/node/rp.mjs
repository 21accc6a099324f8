// An OpenID Connect relying party on openid-client.
//
//     CLIENT_SECRET=… rp.mjs ISSUER CLIENT_ID REDIRECT_URI
//
// It stands behind the host of its redirect URI: the browser is told to look
// for that host at the address printed here. `/login` sends the browser to the
// provider; the redirect URI shows as JSON what openid-client accepted, or why
// it did not. `/login?spoil` brings another PKCE verifier than was announced.

import dns from "node:dns";
import { createServer } from "node:http";
import * as client from "openid-client";

// Browsers know where *.localhost is; Node asks the system, which may not.
const { lookup } = dns;
dns.lookup = (name, ...rest) => lookup(name.endsWith(".localhost") ? "127.0.0.1" : name, ...rest);

const [issuer, id, redirectUri] = process.argv.slice(2);
const config = await client.discovery(new URL(issuer), id, process.env.CLIENT_SECRET, undefined, {
  // Without TLS the signature is all there is: the ID token's is verified, too.
  execute: [client.allowInsecureRequests, client.enableNonRepudiationChecks],
});
const open = new Map();

const server = createServer(async (request, response) => {
  const url = new URL(request.url, redirectUri);
  if (url.pathname === "/login") {
    response.writeHead(302, { Location: (await ask(url.searchParams.has("spoil"))).href });
    return response.end();
  }
  if (url.pathname !== new URL(redirectUri).pathname) {
    response.writeHead(404);
    return response.end();
  }
  response.writeHead(200, { "Content-Type": "text/html; charset=utf-8" });
  response.end(`<!doctype html><title>openid-client</title><pre id=result>${JSON.stringify(await judge(url))}</pre>`);
});

async function ask(spoil) {
  const verifier = client.randomPKCECodeVerifier();
  const [state, nonce] = [client.randomState(), client.randomNonce()];
  open.set(state, { nonce, verifier: spoil ? client.randomPKCECodeVerifier() : verifier });
  return client.buildAuthorizationUrl(config, {
    redirect_uri: redirectUri,
    scope: "openid profile email",
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    state,
    nonce,
  });
}

async function judge(url) {
  try {
    const state = url.searchParams.get("state");
    const { nonce, verifier } = open.get(state);
    const tokens = await client.authorizationCodeGrant(config, url, {
      expectedState: state,
      expectedNonce: nonce,
      pkceCodeVerifier: verifier,
      idTokenExpected: true,
    });
    const claims = tokens.claims();
    return { accepted: true, claims, person: await client.fetchUserInfo(config, tokens.access_token, claims.sub) };
  } catch (error) {
    return { accepted: false, error: error.error ?? String(error) };
  }
}

server.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}`));
