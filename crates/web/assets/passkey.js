// Passkeys: registration, and authentication by prompt or by autofill.
//
//   <div data-passkey="authenticate|register" data-begin="/…/begin" data-finish="/…/finish" data-csrf="…">
//     <button data-passkey-start [data-hint="hybrid"]>   starts the prompt
//     [data-conditional]  on the div: also offer passkeys in the autofill of its
//                         <input autocomplete="username webauthn">
//     <form data-passkey-form>   optional: gets the answer in its field "credential" and is
//                                submitted instead of the post to data-finish
//     {{ ui::passkey_messages() }}
//   </div>
//
// `begin` takes {"hint": …, "conditional": …} and answers {"publicKey": …}; `finish` takes
// {"credential": …} and answers {"go": "/path"}. An error is {"error": {"message", "tracking"}}.

import { creationOptions, credentialJson, requestOptions } from "./webauthn-json.js";

// The server keeps a challenge for five minutes.
const CHALLENGE_LIFE_MS = 4.5 * 60 * 1000;

for (const place of document.querySelectorAll("[data-passkey]")) {
  start(place);
}

function start(place) {
  const door = { place, running: null, busy: false };
  if (!supported()) {
    complain(place, "NotSupportedError");
    for (const button of buttons(place)) button.disabled = true;
    return;
  }
  for (const button of buttons(place)) {
    button.addEventListener("click", () => prompt(door, button));
  }
  if (place.hasAttribute("data-conditional")) {
    offer(door);
  }
  // A page that comes back from the browser's cache holds an old challenge.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) {
      door.busy = false;
      showBusy(door, null);
      if (place.hasAttribute("data-conditional")) offer(door);
    }
  });
}

function supported() {
  return window.PublicKeyCredential !== undefined && navigator.credentials !== undefined;
}

/** The person pressed a button: whatever waits in the autofill makes room. */
async function prompt(door, button) {
  if (door.busy) return;
  door.busy = true;
  stopOffer(door);
  complain(door.place, null);
  showBusy(door, button);
  try {
    const options = await begin(door.place, { hint: button.dataset.hint || null, conditional: false });
    const credential = await ask(door.place, options);
    await finish(door.place, credential);
  } catch (problem) {
    report(door.place, problem);
    door.busy = false;
    showBusy(door, null);
    if (door.place.hasAttribute("data-conditional")) offer(door);
  }
}

/** Passkeys in the autofill: waits quietly, and renews itself before the challenge is too old. */
async function offer(door) {
  const able = await PublicKeyCredential.isConditionalMediationAvailable?.();
  if (!able || door.busy) return;
  stopOffer(door);
  const running = new AbortController();
  door.running = running;
  try {
    const options = await begin(door.place, { hint: null, conditional: true }, running.signal);
    const renewal = setTimeout(() => {
      if (door.running === running) offer(door);
    }, CHALLENGE_LIFE_MS);
    running.signal.addEventListener("abort", () => clearTimeout(renewal));
    const credential = await navigator.credentials.get({
      mediation: "conditional",
      publicKey: requestOptions(options.publicKey),
      signal: running.signal,
    });
    clearTimeout(renewal);
    door.busy = true;
    showBusy(door, buttons(door.place)[0] ?? null);
    complain(door.place, null);
    await finish(door.place, credential);
  } catch (problem) {
    if (running.signal.aborted) return;
    // Quiet while nobody asked for anything: the buttons still work.
    if (door.busy) report(door.place, problem);
    door.busy = false;
    showBusy(door, null);
  }
}

function stopOffer(door) {
  door.running?.abort();
  door.running = null;
}

function ask(place, options) {
  if (place.dataset.passkey === "register") {
    return navigator.credentials.create({
      publicKey: creationOptions(options.publicKey),
    });
  }
  return navigator.credentials.get({
    publicKey: requestOptions(options.publicKey),
  });
}

function begin(place, wish, signal) {
  return post(place, place.dataset.begin, wish, signal);
}

async function finish(place, credential) {
  const answer = credentialJson(credential);
  const form = place.querySelector("form[data-passkey-form]");
  if (form) {
    form.elements.namedItem("credential").value = JSON.stringify(answer);
    form.requestSubmit();
    return;
  }
  const { go } = await post(place, place.dataset.finish, { credential: answer, ...extras(place) });
  location.assign(ownPath(go));
}

/** Fields that travel with the answer: inputs marked data-passkey-extra. */
function extras(place) {
  const found = {};
  for (const input of place.querySelectorAll("[data-passkey-extra]")) {
    found[input.name] = input.type === "checkbox" ? input.checked : input.value;
  }
  return found;
}

async function post(place, path, body, signal) {
  let response;
  try {
    response = await fetch(path, {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        Accept: "application/json",
        "X-CSRF-Token": place.dataset.csrf,
      },
      body: JSON.stringify(body),
      credentials: "same-origin",
      cache: "no-store",
      redirect: "error",
      signal,
    });
  } catch (problem) {
    if (signal?.aborted) throw problem;
    throw new Failure("network");
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Failure("server", answer.error);
  return answer;
}

/** Only a path of this origin is followed. */
function ownPath(path) {
  const target = new URL(path, location.origin);
  if (target.origin !== location.origin) throw new Failure("other");
  return target.href;
}

class Failure extends Error {
  constructor(name, detail) {
    super(name);
    this.name = name;
    this.detail = detail;
  }
}

function report(place, problem) {
  const known = place.querySelector(`[data-passkey-error="${CSS.escape(problem.name)}"]`);
  const isAbort = problem.name === "AbortError";
  if (problem.name === "server" && problem.detail?.message) {
    const spot = place.querySelector("[data-passkey-server]");
    if (spot) {
      const { message, tracking } = problem.detail;
      spot.textContent = tracking ? `${message} (${tracking})` : message;
    }
  }
  const bare = problem.name === "server" && !problem.detail?.message;
  complain(place, isAbort ? "NotAllowedError" : known && !bare ? problem.name : "other");
}

/** Shows the one message that fits, or none. */
function complain(place, name) {
  for (const message of place.querySelectorAll("[data-passkey-error]")) {
    message.hidden = message.dataset.passkeyError !== name;
  }
}

function showBusy(door, active) {
  for (const button of buttons(door.place)) {
    // Not just there: an empty value says nothing to whoever listens to the page.
    if (door.busy) button.setAttribute("aria-disabled", "true");
    else button.removeAttribute("aria-disabled");
    button.classList.toggle("is-busy", button === active);
  }
}

function buttons(place) {
  return [...place.querySelectorAll("[data-passkey-start]")];
}
