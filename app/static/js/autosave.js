// Keeps a long text on this device until the server has it, and offers it back after an accident.
// htmx does the saving (hx-trigger="input changed delay:2s"); the words come from templates beside the field.
const MONTH = 30 * 24 * 3600 * 1000;
const fields = () => document.querySelectorAll("textarea[data-autosave]");
const keyOf = (field) => `taller:${field.dataset.autosave}`;

function keep(field) {
  try {
    localStorage.setItem(keyOf(field), JSON.stringify({ text: field.value, at: Date.now() }));
  } catch {
    // A full or forbidden store must not stop anybody from writing.
  }
}

function kept(field) {
  try {
    const copy = JSON.parse(localStorage.getItem(keyOf(field)));
    return copy && Date.now() - copy.at < MONTH ? copy : null;
  } catch {
    return null;
  }
}

const forget = (field) => localStorage.removeItem(keyOf(field));

function offer(field, copy) {
  const words = document.getElementById(`${field.id}-unsaved`);
  const box = words.content.firstElementChild.cloneNode(true);
  box.querySelector("time").textContent = new Date(copy.at).toLocaleString(document.documentElement.lang, {
    dateStyle: "medium",
    timeStyle: "short",
  });
  box.querySelector("blockquote").textContent = copy.text;
  box.querySelector("[data-use]").onclick = () => {
    field.value = copy.text;
    box.remove();
    field.focus();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  };
  box.querySelector("[data-forget]").onclick = () => {
    forget(field);
    box.remove();
    field.focus();
  };
  (field.closest("[data-dressed]") ?? field).before(box);
}

function greet() {
  for (const field of fields()) {
    if (field.greeted) continue;
    field.greeted = true;
    const copy = kept(field);
    if (!copy || copy.text === field.value) forget(field);
    else offer(field, copy);
  }
}

document.addEventListener("input", ({ target }) => {
  if (target.matches("textarea[data-autosave]")) keep(target);
});

document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
  ctx.sent = new Map([...fields()].map((field) => [field.name, field.value]));
});

// Only what the server said yes to is forgotten; text typed meanwhile stays kept.
document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
  const isSaved = ctx.request.method !== "GET" && ctx.response.raw.ok && !ctx.response.raw.url.includes("/sign-in");
  if (!isSaved) return;
  for (const field of fields()) {
    const isSent = ctx.sourceElement === field || ctx.sourceElement === field.form;
    if (isSent && ctx.sent.get(field.name) === field.value) forget(field);
  }
});

document.addEventListener("htmx:after:swap", greet);
greet();
