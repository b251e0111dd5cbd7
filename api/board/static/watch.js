// What supervisors' pages do beyond plain HTML: counts come by themselves while the page is looked at, all lines of a list
// are chosen at once, and a page is printed by a button.

const head = document.querySelector("[data-live]");
const shown = [...document.querySelectorAll("[data-live-count]")];
const numbers = new Intl.NumberFormat(document.documentElement.lang);
let stream = null;

// A browser keeps few connections to one place: only the page that is looked at has a stream.
function listen() {
  if (stream || document.hidden) return;
  stream = new EventSource(head.dataset.live);
  stream.addEventListener("message", (event) => tell(JSON.parse(event.data)));
  stream.addEventListener("ended", close);
}

function close() {
  stream?.close();
  stream = null;
}

function tell(counts) {
  for (const one of shown) {
    const text = numbers.format(counts[one.dataset.liveCount]);
    if (!one.hidden && one.textContent !== text) {
      for (const note of document.querySelectorAll("[data-live-changed]")) note.hidden = false;
    }
    one.textContent = text;
    one.hidden = false;
  }
}

if (head) {
  listen();
  document.addEventListener("visibilitychange", () => (document.hidden ? close() : listen()));
  addEventListener("pagehide", close);
}

for (const all of document.querySelectorAll("input[data-all]")) {
  all.hidden = false;
  const lines = () => [...all.closest("table").querySelectorAll("tbody input[type=checkbox]")];
  all.addEventListener("change", () => {
    for (const one of lines()) one.checked = all.checked;
  });
  all.closest("table").addEventListener("change", () => {
    all.checked = lines().every((one) => one.checked);
  });
}

for (const button of document.querySelectorAll("button[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
