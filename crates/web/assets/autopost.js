// Sends the page's one form by itself: <form data-autopost>. Without scripts, and after Back, the
// form's own button does it.

const form = document.querySelector("form[data-autopost]");
const [visit] = performance.getEntriesByType("navigation");

if (form && visit?.type !== "back_forward") {
  HTMLFormElement.prototype.submit.call(form);
}
