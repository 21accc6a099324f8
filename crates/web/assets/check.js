// A form that says what is wrong while it is typed, by the very rules that count when it is sent:
//
//   <form data-check="/…/check">        what was typed is posted there, a moment after the last key
//     <p class="field-error" id="name-error">         what is wrong with the field `name`
//     <div class="field-row"> … <p data-check-row>    what is wrong with a row of columns
//   <output data-check-text="unique_id">, <tbody data-check-list="attributes">   filled by name
//
// It answers {"faults", "rows", "text", and lists by name}. No HTML travels. Only fields that were touched are told off.

const PAUSE_MS = 350;

for (const form of document.querySelectorAll("form[data-check]")) {
  watch(form);
}

function watch(form) {
  const touched = new Set();
  let timer = null;
  let asked = 0;
  for (const wrong of form.querySelectorAll("[aria-invalid]")) touched.add(wrong.name);
  document.addEventListener("input", (event) => {
    if (event.target.form !== form) return;
    touched.add(event.target);
    touched.add(event.target.name);
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE_MS);
  });

  async function ask() {
    const mine = ++asked;
    let answer = null;
    try {
      const response = await fetch(form.dataset.check, {
        method: "POST",
        headers: { accept: "application/json" },
        body: new URLSearchParams(new FormData(form)),
      });
      if (!response.ok) return;
      answer = await response.json();
    } catch {
      return; // Without an answer nothing is said; the server judges again when the form is sent.
    }
    if (mine === asked) show(form, touched, answer);
  }
}

function show(form, touched, answer) {
  for (const field of form.querySelectorAll(".input[name]")) {
    const place = document.getElementById(`${field.name}-error`);
    if (place && touched.has(field.name)) say(place, answer.faults[field.name], field.closest(".field"), field);
  }
  form.querySelectorAll("[data-check-row]").forEach((place, index) => {
    const row = place.closest(".field-row");
    const typed = [...row.querySelectorAll("[name]")].some((field) => touched.has(field));
    if (typed) say(place, answer.rows[index], row, null);
  });
  for (const place of document.querySelectorAll("[data-check-text]")) {
    const text = answer.text[place.dataset.checkText];
    if (text !== undefined && place.textContent !== text) place.textContent = text;
  }
  for (const place of document.querySelectorAll("[data-check-list]")) {
    fill(place, answer[place.dataset.checkList] ?? []);
  }
}

function say(place, fault, frame, field) {
  if (place.textContent !== (fault ?? "")) place.textContent = fault ?? "";
  frame?.classList.toggle("field-wrong", Boolean(fault));
  if (!field) return;
  if (fault) field.setAttribute("aria-invalid", "true");
  else field.removeAttribute("aria-invalid");
}

// The first cell of a row is its heading; labels for narrow screens come from the table's own headings.
function fill(place, rows) {
  const labels = [...place.closest("table").querySelectorAll("thead th")].map((cell) => cell.textContent);
  place.replaceChildren(
    ...rows.map((cells) => {
      const row = document.createElement("tr");
      cells.forEach((text, index) => {
        const cell = document.createElement(index === 0 ? "th" : "td");
        if (index === 0) cell.scope = "row";
        else cell.dataset.label = labels[index];
        if (index !== 1) cell.className = "mono";
        cell.textContent = text;
        row.append(cell);
      });
      return row;
    }),
  );
}
