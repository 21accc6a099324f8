// Adds the reader's own time to <time data-local>, beside the UTC that the server wrote.

const format = new Intl.DateTimeFormat(undefined, {
  dateStyle: "medium",
  timeStyle: "short",
});
const zone = new Intl.DateTimeFormat(undefined, { timeZoneName: "short" });

for (const stamp of document.querySelectorAll("time[data-local]")) {
  const moment = new Date(stamp.dateTime);
  if (Number.isNaN(moment.getTime())) continue;
  const name = zone.formatToParts(moment).find((part) => part.type === "timeZoneName")?.value ?? "";
  if (name === "UTC") continue;
  stamp.title = stamp.textContent;
  stamp.textContent = `${format.format(moment)} ${name}`.trim();
}
