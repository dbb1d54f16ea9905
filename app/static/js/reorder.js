// Modules and activities are dragged by a handle. What is dropped is sent as the buttons send it.
const ITEM = "[data-activity],[data-module]";
let dragged;

function handle(item) {
  const grip = document.createElement("span");
  grip.className = "grip";
  grip.draggable = true;
  grip.setAttribute("aria-hidden", "true"); // the buttons say the same to everybody else
  grip.addEventListener("dragstart", (event) => {
    dragged = item;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", "");
    event.dataTransfer.setDragImage(item, 0, 0);
  });
  grip.addEventListener("dragend", () => {
    mark();
    dragged = null;
  });
  return grip;
}

function prepare() {
  for (const item of document.querySelectorAll(ITEM)) {
    if (!item.querySelector(":scope>.grip")) item.prepend(handle(item));
  }
}

// Where it would go: before which of its kind, and for an activity in which module.
function place(event) {
  const module = event.target.closest?.("[data-module]");
  if (!dragged || !module) return null;
  const isModule = dragged.matches("[data-module]");
  const items = isModule
    ? [...document.querySelectorAll("[data-module]")]
    : [...module.querySelectorAll("[data-activity]")];
  const before = items.find((item) => {
    const { top, height } = item.getBoundingClientRect();
    return event.clientY < top + height / 2;
  });
  return { module: isModule ? "" : module.dataset.module, before, last: items.at(-1), into: module };
}

function mark(there) {
  for (const item of document.querySelectorAll(".drop-before,.drop-after")) {
    item.classList.remove("drop-before", "drop-after");
  }
  if (there?.before) there.before.classList.add("drop-before");
  else if (there) (there.last || there.into).classList.add("drop-after");
}

document.addEventListener("dragover", (event) => {
  const there = place(event);
  mark(there);
  if (there) event.preventDefault();
});

document.addEventListener("drop", (event) => {
  const there = place(event);
  mark();
  if (!there || there.before === dragged) return;
  event.preventDefault();
  const form = document.getElementById("drag");
  form.action = dragged.dataset.place;
  form.elements.module.value = there.module;
  form.elements.before.value = there.before?.dataset.activity || there.before?.dataset.module || "";
  form.submit();
});

document.addEventListener("htmx:after:swap", prepare);
prepare();
