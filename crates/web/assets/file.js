// A file of text into a field, where its content can be seen before it is sent:
//
//   <div data-file-for="rows" hidden><input type="file"></div>  <textarea id="rows">
//
// And a form that says that it is at work:
//
//   <form data-busy> … <div data-busy-shown hidden>

for (const place of document.querySelectorAll("[data-file-for]")) {
  const field = document.getElementById(place.dataset.fileFor);
  const chooser = place.querySelector("input[type=file]");
  place.hidden = false;
  chooser.addEventListener("change", async () => {
    const [file] = chooser.files;
    if (file) field.value = await file.text();
  });
}

for (const form of document.querySelectorAll("form[data-busy]")) {
  const shown = form.querySelector("[data-busy-shown]");
  form.addEventListener("submit", () => {
    shown.hidden = false;
  });
  window.addEventListener("pageshow", () => {
    shown.hidden = true;
  });
}
