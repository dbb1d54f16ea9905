// Saves each answer as it is given, keeps it on this device until the server has it, and counts the time down.
// Without it the buttons of the page do the same. Words come from the template.
const form = document.getElementById("quiz");
const place = `taller:quiz:${form.dataset.key}`;
const status = document.getElementById("quiz-saved");
const page = form.elements.page_id.value;
const unsaved = new Map(); // number of the question: { v, pairs, after }
let busy = false;
let leaving = false; // the quiz is being handed in
let timer = 0;
let wait = 1000;

const tell = (words) => status && words && status.textContent !== words && (status.textContent = words);
const boxOf = (number) => form.querySelector(`fieldset[data-q="${number}"]`);

function keep() {
  try {
    if (unsaved.size) localStorage.setItem(place, JSON.stringify({ page, answers: [...unsaved] }));
    else localStorage.removeItem(place);
  } catch {
    // A full or forbidden store must not stop anybody from answering.
  }
}

function read(box) {
  const data = new FormData(form);
  const names = new Set([...box.elements].map((field) => field.name));
  const pairs = [...data].filter(([name]) => names.has(name) && !/^(v\d+|do)$/.test(name));
  return { v: form.elements[`v${box.dataset.q}`].value, pairs };
}

function write(box, { pairs }) {
  for (const field of box.elements) {
    const values = pairs.filter(([name]) => name === field.name).map(([, value]) => value);
    if (field.type === "hidden" || !field.name) continue;
    if (field.type === "radio" || field.type === "checkbox") field.checked = values.includes(field.value);
    else field.value = values[0] ?? "";
  }
}

function later(delay) {
  clearTimeout(timer);
  timer = setTimeout(save, delay);
}

function changed({ target, type }) {
  const box = target.closest?.("fieldset[data-q]");
  if (!box) return;
  const { after } = unsaved.get(box.dataset.q) ?? {};
  unsaved.set(box.dataset.q, { ...read(box), after });
  keep();
  later(type === "input" && /^(text|textarea)/.test(target.type) ? 1200 : 150);
}

function lost(words) {
  tell(words);
  later(wait);
  wait = Math.min(wait * 2, 15000);
}

async function save() {
  clearTimeout(timer);
  if (busy || !unsaved.size) return;
  busy = true;
  const sent = new Map(unsaved);
  const after = [...sent.values()].find((one) => one.after)?.after ?? "";
  form.elements.count.value = Number(form.elements.count.value) + 1;
  const body = new URLSearchParams({ do: "save", page_id: page, count: form.elements.count.value, after });
  for (const [number, { v, pairs }] of sent) {
    body.append(`v${number}`, v);
    for (const [name, value] of pairs) body.append(name, value);
  }
  try {
    const headers = { "HX-Request": "true", "HX-Request-Type": "partial" };
    const answer = await fetch(form.action, { method: "POST", body, headers, redirect: "manual", signal: AbortSignal.timeout(20000) });
    const seen = document.createElement("template");
    seen.innerHTML = await answer.text();
    const found = seen.content.querySelector("[data-versions]");
    if (found) took(sent, found);
    else if (answer.headers.get("HX-Redirect") || answer.type === "opaqueredirect") lost(form.dataset.out);
    else if (answer.status >= 500 || answer.status === 429) lost(form.dataset.lost);
    else tell(seen.content.textContent.trim());
  } catch {
    lost(form.dataset.lost);
  }
  busy = false;
  if (unsaved.size && wait === 1000) later(150);
}

// The server has it: what was typed meanwhile stays unsaved, and counts from the version that stands now.
function took(sent, found) {
  wait = 1000;
  const versions = new Map(found.dataset.versions.trim().split(" ").filter(Boolean).map((one) => one.split(":")));
  for (const [number, one] of sent) {
    const now = versions.get(number) ?? one.v;
    const field = form.elements[`v${number}`];
    if (field) field.value = now;
    if (unsaved.get(number) === one) unsaved.delete(number);
    else unsaved.get(number).v = now;
  }
  keep();
  tell(found.textContent);
  if (form.dataset.elsewhere !== undefined && !unsaved.size && !leaving) location.reload();
}

// A battery that died, a tab that was closed: what this device still has goes on from there.
function restore() {
  let left;
  try {
    left = JSON.parse(localStorage.getItem(place));
  } catch {
    return;
  }
  for (const [number, one] of left?.answers ?? []) {
    const box = boxOf(number);
    if (box) {
      write(box, one);
      form.elements[`v${number}`].value = one.v;
    }
    unsaved.set(number, { ...one, after: left.page });
  }
  form.elements.after.value = left?.page ?? "";
  save();
}

form.addEventListener("input", changed);
form.addEventListener("change", changed);
form.addEventListener("submit", (event) => {
  form.elements.count.value = Number(form.elements.count.value) + 1;
  if (navigator.onLine) return;
  event.preventDefault();
  tell(form.dataset.lost);
});
// Whoever hands in right away waits for what this device has not sent yet; the page stays meanwhile.
document.addEventListener("submit", async (event) => {
  if (event.target.id !== "quiz-end" || leaving) return;
  leaving = true;
  if (!unsaved.size || !navigator.onLine) return;
  event.preventDefault();
  for (let tries = 0; unsaved.size && tries < 50; tries += 1) {
    await save();
    await new Promise((go) => setTimeout(go, 100));
  }
  event.target.submit();
});
addEventListener("online", () => {
  wait = 1000;
  save();
});
document.addEventListener("visibilitychange", () => document.hidden && save());

const clock = document.getElementById("time-left");

function count() {
  const end = performance.now() + Number(clock.dataset.seconds) * 1000;
  const words = clock.querySelector("span");
  const spoken = document.getElementById("status");
  const told = new Set();
  const tick = async () => {
    const left = Math.max(0, Math.round((end - performance.now()) / 1000));
    const two = (n) => String(n).padStart(2, "0");
    const hours = Math.floor(left / 3600);
    const time = `${hours ? `${hours}:` : ""}${two(Math.floor(left / 60) % 60)}:${two(left % 60)}`;
    words.textContent = clock.dataset.words.replace("%s", time);
    for (const [seconds, said] of [[300, clock.dataset.five], [60, clock.dataset.one]]) {
      if (left === seconds && !told.has(said)) {
        told.add(said);
        spoken.textContent = said;
      }
    }
    if (left > 0) return;
    clearInterval(ticking);
    await save();
    document.getElementById("quiz-end").submit();
  };
  const ticking = setInterval(tick, 1000);
}

restore();
if (clock) count();
