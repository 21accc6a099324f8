// Copy buttons: <button data-copy="id of the value">, told to screen readers through
// <span role="status" data-copy-status="id">.

const SHOWN_MS = 2000;

document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("[data-copy]");
  if (!button) return;
  const value = document.getElementById(button.dataset.copy);
  if (!value) return;
  const done = await copy(value);
  if (done) acknowledge(button);
});

async function copy(value) {
  try {
    await navigator.clipboard.writeText(value.value ?? value.textContent);
    return true;
  } catch {
    // Without permission: the old way, which leaves the value selected for the keyboard.
    select(value);
    return document.execCommand("copy");
  }
}

function select(value) {
  if (typeof value.select === "function") {
    value.focus();
    value.select();
    return;
  }
  const range = document.createRange();
  range.selectNodeContents(value);
  const selection = getSelection();
  selection.removeAllRanges();
  selection.addRange(range);
}

function acknowledge(button) {
  const label = button.querySelector("[data-copy-label]");
  const done = button.querySelector("[data-copy-done]");
  const status = document.querySelector(`[data-copy-status="${CSS.escape(button.dataset.copy)}"]`);
  show(true);
  clearTimeout(button.copyTimer);
  button.copyTimer = setTimeout(() => show(false), SHOWN_MS);

  function show(copied) {
    if (label) label.hidden = copied;
    if (done) done.hidden = !copied;
    button.classList.toggle("is-done", copied);
    if (status) status.textContent = copied ? (done?.textContent ?? "") : "";
  }
}
