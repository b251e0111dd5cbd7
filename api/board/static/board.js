// What the pages do beyond plain HTML: drafts are kept while one types, a form is sent once, and errors are led to.
// Nothing is stored in the browser.

const PAUSE = 2000; // after the last key
const AGAIN = 5000; // after a save that did not arrive

for (const form of document.querySelectorAll("form[data-draft]")) keepDraft(form);
for (const button of document.querySelectorAll("button[data-more]")) addRows(button);
for (const input of document.querySelectorAll("input[data-most]")) refuseLarge(input);
for (const group of document.querySelectorAll("details.group")) fold(group);
document.getElementById("errors")?.focus();

// A double click sends a form once; the form's key makes sure of it on the server as well.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sending) {
    event.preventDefault();
    return;
  }
  form.dataset.sending = "yes";
  setTimeout(() => { delete form.dataset.sending; }, 8000);
});
// A page shown again from the browser's memory is not sending any more.
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});

// Pages behind one title of the navigation fold again once one goes elsewhere.
function fold(group) {
  const away = (event) => { if (!group.contains(event.target)) group.open = false; };
  document.addEventListener("pointerdown", away);
  document.addEventListener("focusin", away);
  group.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !group.open) return;
    group.open = false;
    group.querySelector("summary").focus();
  });
}

function keepDraft(form) {
  const line = form.querySelector(".draft");
  let timer = 0;
  let saving = false;
  let saved = typed(form);

  const later = (wait) => {
    clearTimeout(timer);
    timer = setTimeout(save, wait);
  };
  const say = (text, lost = false) => {
    line.textContent = text;
    line.classList.toggle("lost", lost);
  };

  async function save() {
    const now = typed(form);
    if (saving || form.dataset.sending || now === saved) return;
    saving = true;
    try {
      const answer = await fetch(`/board/drafts/${form.dataset.draft}`, {
        method: "POST", body: bodyOf(form), credentials: "same-origin", redirect: "manual", cache: "no-store",
      });
      if (answer.status === 204) {
        saved = now;
        const time = new Date().toLocaleTimeString("vi-VN", { hour: "2-digit", minute: "2-digit" });
        say(`${form.dataset.saved} ${time}`);
      } else if (answer.status === 401 || answer.type === "opaqueredirect") {
        const kept = answer.headers.get("Draft-Kept") === "yes";
        if (kept) saved = now;
        expired(kept);
      } else if (answer.status === 429 || answer.status >= 500) {
        later(AGAIN);
        say(form.dataset.refused, true);
      } else {
        say(form.dataset.refused, true);
      }
    } catch {
      say(form.dataset.lost, true);
      later(AGAIN);
    } finally {
      saving = false;
      if (typed(form) !== saved && !line.classList.contains("lost")) later(PAUSE);
    }
  }

  function expired(kept) {
    say(kept ? form.dataset.expired : form.dataset.unsaved, true);
    const link = document.createElement("a");
    link.textContent = form.dataset.signIn;
    link.href = `/board/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`;
    line.append(" ", link);
  }

  form.addEventListener("input", () => later(PAUSE));
  form.addEventListener("submit", () => clearTimeout(timer));
  addEventListener("online", () => later(0));
  addEventListener("pagehide", () => {
    if (!form.dataset.sending && typed(form) !== saved) {
      fetch(`/board/drafts/${form.dataset.draft}`, { method: "POST", body: bodyOf(form), keepalive: true });
    }
  });
}

function bodyOf(form) {
  const body = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    if (typeof value === "string" && (name === "_csrf" || name === "_page" || !name.startsWith("_"))) body.append(name, value);
  }
  return body;
}

function typed(form) {
  const body = bodyOf(form);
  body.delete("_csrf");
  return body.toString();
}

function addRows(button) {
  const list = button.parentElement;
  const template = list.querySelector("template");
  button.hidden = false;
  button.addEventListener("click", () => {
    const row = document.createElement("div");
    row.className = "row";
    row.dataset.row = "";
    row.append(template.content.cloneNode(true));
    const number = list.querySelectorAll(":scope > [data-row]").length;
    for (const one of row.querySelectorAll("[name], [id], [for], [aria-describedby]")) {
      for (const attribute of ["name", "id", "for", "aria-describedby"]) {
        const value = one.getAttribute(attribute);
        if (value) one.setAttribute(attribute, value.replaceAll("__", number));
      }
    }
    template.before(row);
    row.querySelector("input, select, textarea")?.focus();
  });
}

// A file that would be refused is not sent at all: on a slow line that takes minutes.
function refuseLarge(input) {
  const line = input.parentElement.querySelector("[role=alert]");
  input.addEventListener("change", () => {
    const large = [...input.files].some((file) => file.size > Number(input.dataset.most));
    input.setCustomValidity(large ? input.dataset.large : "");
    line.textContent = large ? input.dataset.large : "";
    line.hidden = !large;
  });
}

// A browser that draws no PDF would show an empty box: it is offered the file instead.
if (navigator.pdfViewerEnabled === false) {
  for (const frame of document.querySelectorAll("iframe[data-pdf]")) {
    frame.nextElementSibling.hidden = false;
    frame.remove();
  }
}

// Work under way is asked for again until it is done.
const refresh = async () => {
  const section = document.querySelector("[data-refresh]");
  if (!section) return;
  try {
    const answer = await fetch(location.pathname, { credentials: "same-origin", cache: "no-store" });
    const fresh = answer.ok && new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(section.id);
    if (fresh && !section.contains(document.activeElement)) section.replaceWith(document.adoptNode(fresh));
  } catch { /* the network is back some time */ }
  setTimeout(refresh, AGAIN);
};
setTimeout(refresh, AGAIN);

for (const button of document.querySelectorAll("button[data-all]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const boxes = [...button.form.querySelectorAll(`input[type=checkbox][name^="${button.dataset.all}"]`)];
    const all = boxes.every((box) => box.checked);
    for (const box of boxes) box.checked = !all;
  });
}
