// Dresses a text's plain box: a row of buttons above it, and OverType's letters below its own.
// Without this the box is a textarea like any other; nothing that is typed lives anywhere else.
const template = document.getElementById("toolbar");

function insert(box, text, from, to) {
  box.focus();
  box.setSelectionRange(from ?? box.selectionStart, to ?? box.selectionEnd);
  // The one way that leaves the browser's own undo as it is.
  if (!document.execCommand("insertText", false, text)) {
    box.setRangeText(text, box.selectionStart, box.selectionEnd, "end");
    box.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

function wrap(box, before, after, words) {
  const { selectionStart: from, selectionEnd: to } = box;
  const inside = box.value.slice(from, to) || words;
  insert(box, before + inside + after);
  box.setSelectionRange(from + before.length, from + before.length + inside.length);
}

function lines(box, mark) {
  const from = box.value.lastIndexOf("\n", box.selectionStart - 1) + 1;
  const end = box.value.indexOf("\n", box.selectionEnd);
  const to = end < 0 ? box.value.length : end;
  const marked = box.value.slice(from, to).split("\n").map((line) => mark + line);
  insert(box, marked.join("\n"), from, to);
}

function block(box, text) {
  const before = box.value.slice(0, box.selectionStart);
  const gap = before === "" || before.endsWith("\n\n") ? "" : before.endsWith("\n") ? "\n" : "\n\n";
  insert(box, `${gap}${text}\n`);
}

const ACTS = {
  bold: (box, words) => wrap(box, "**", "**", words),
  italic: (box, words) => wrap(box, "*", "*", words),
  heading: (box) => lines(box, "## "),
  list: (box) => lines(box, "- "),
  link: (box, words) => wrap(box, "[", "](https://)", words),
  table: (box, words) => block(box, `| ${words} | ${words} |\n|---|---|\n| 1 | 2 |`),
  picture: (box, words) => wrap(box, "![", "](file:)", words),
  note: (box, words) => block(box, `> [!NOTE]\n> ${words}`),
  formula: (box) => wrap(box, "$", "$", "x^2"),
};

// One stop for Tab; arrows lead from button to button.
function walk(bar, event) {
  const buttons = [...bar.querySelectorAll("button")];
  const at = buttons.indexOf(document.activeElement);
  const forward = getComputedStyle(bar).direction === "rtl" ? "ArrowLeft" : "ArrowRight";
  const back = forward === "ArrowRight" ? "ArrowLeft" : "ArrowRight";
  const to = { [forward]: at + 1, [back]: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
  const next = to === undefined ? undefined : buttons[(to + buttons.length) % buttons.length];
  if (!next) return;
  event.preventDefault();
  for (const button of buttons) button.tabIndex = button === next ? 0 : -1;
  next.focus();
}

function equip(box) {
  const bar = template.content.firstElementChild.cloneNode(true);
  bar.setAttribute("aria-controls", box.id);
  [...bar.querySelectorAll("button")].forEach((button, at) => (button.tabIndex = at ? -1 : 0));
  bar.addEventListener("keydown", (event) => walk(bar, event));
  bar.addEventListener("click", ({ target }) => {
    const button = target.closest("button");
    if (button) ACTS[button.dataset.do](box, button.dataset.words ?? "");
  });
  return bar;
}

function paint(box) {
  const host = document.createElement("div");
  host.innerHTML = '<div class="overtype-container"><div class="overtype-wrapper"><div class="overtype-preview"></div></div></div>';
  box.replaceWith(host);
  box.classList.add("overtype-input");
  host.querySelector(".overtype-wrapper").prepend(box);
  window.OverType.stylesInjected = true; // its style is in writing.css
  const [editor] = new window.OverType(host, { spellcheck: true, placeholder: "" });
  box.setAttribute("autocapitalize", "sentences");
  box.addEventListener("input", () => editor.updatePreview());
  return host;
}

for (const box of document.querySelectorAll("textarea[data-writing]")) {
  const bar = equip(box);
  const host = window.OverType ? paint(box) : box;
  host.before(bar);
}
