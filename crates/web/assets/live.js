// A page that waits for something: events from the server, polling when they do not come.
//
//   <div data-live="/…/events" data-live-poll="/…/state" data-live-state="waiting">
//     <section data-live-when="waiting">            shown in this state (several words: any of them)
//     <span data-live-text="digits">, <img data-live-src="qr">   filled by name
//   </div>
//
// Both answer with {"state", "text", "src", "go", "done"}. No HTML travels.

const POLL_MS = 2000;
const FAILURES_BEFORE_POLLING = 2;

for (const place of document.querySelectorAll("[data-live]")) {
  follow(place);
}

function follow(place) {
  let source = null;
  let timer = null;
  let failures = 0;
  let over = false;
  listen();
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && !over && timer !== null) poll();
  });
  window.addEventListener("pagehide", stop);
  window.addEventListener("pageshow", (event) => {
    if (event.persisted && !over) listen();
  });

  function listen() {
    if (!window.EventSource || !place.dataset.live) return poll();
    source = new EventSource(place.dataset.live);
    source.addEventListener("message", (event) => {
      failures = 0;
      take(JSON.parse(event.data));
    });
    source.addEventListener("error", () => {
      failures += 1;
      const gone = source?.readyState === EventSource.CLOSED;
      if (gone || failures >= FAILURES_BEFORE_POLLING) {
        source?.close();
        source = null;
        poll();
      }
    });
  }

  async function poll() {
    clearTimeout(timer);
    try {
      const response = await fetch(place.dataset.livePoll, {
        headers: { Accept: "application/json" },
        credentials: "same-origin",
        cache: "no-store",
      });
      if (response.ok) take(await response.json());
      // What was waited for is over and forgotten: the region for "gone" says what to do.
      else if (response.status === 404 || response.status === 410) take({ state: "gone", done: true });
    } catch {
      // The next round tries again.
    }
    if (!over) timer = setTimeout(poll, POLL_MS);
  }

  function take(news) {
    show(place, news);
    if (news.done) {
      over = true;
      stop();
    }
    if (news.go) leave(new URL(news.go, location.origin).href);
  }

  function leave(address) {
    over = true;
    stop();
    if (new URL(address).origin === location.origin) location.replace(address);
  }

  function stop() {
    source?.close();
    source = null;
    clearTimeout(timer);
    timer = null;
  }
}

function show(place, news) {
  place.dataset.liveState = news.state;
  for (const [name, text] of Object.entries(news.text ?? {})) {
    for (const spot of named(place, "text", name)) spot.textContent = text;
  }
  for (const [name, address] of Object.entries(news.src ?? {})) {
    for (const image of named(place, "src", name)) image.src = address;
  }
  for (const region of place.querySelectorAll("[data-live-when]")) {
    region.hidden = !region.dataset.liveWhen.split(" ").includes(news.state);
  }
}

function named(place, kind, name) {
  return place.querySelectorAll(`[data-live-${kind}="${CSS.escape(name)}"]`);
}
