// The time that is left, counted down in the page:
//
//   <p data-countdown="2026-11-23T10:30:00Z" data-countdown-over="It is over.">
//     <strong data-countdown-left>60 minutes</strong> left
//
// The server's words stand until the first tick; what decides is the server's clock alone.

for (const place of document.querySelectorAll("[data-countdown]")) {
  const end = new Date(place.dataset.countdown).getTime();
  const left = place.querySelector("[data-countdown-left]");
  if (Number.isNaN(end) || !left) continue;
  const timer = setInterval(tick, 1000);
  tick();

  function tick() {
    const seconds = Math.ceil((end - Date.now()) / 1000);
    if (seconds <= 0) {
      clearInterval(timer);
      place.textContent = place.dataset.countdownOver;
      return;
    }
    const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
    const shown = parts[0] > 0 ? parts : parts.slice(1);
    left.textContent = shown.map((part, at) => (at === 0 ? String(part) : String(part).padStart(2, "0"))).join(":");
  }
}
