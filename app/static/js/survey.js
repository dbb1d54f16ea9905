// Keeps the answers to a survey on this device until they are sent, and puts them back after an accident.
const MONTH = 30 * 24 * 3600 * 1000;
const form = document.querySelector("form[data-keep]");
const keyOf = (name) => `taller:${name}`;

for (const sent of document.querySelectorAll("[data-answered]")) localStorage.removeItem(keyOf(sent.dataset.answered));

function kept() {
  try {
    const copy = JSON.parse(localStorage.getItem(keyOf(form.dataset.keep)));
    return copy && Date.now() - copy.at < MONTH ? copy.answers : null;
  } catch {
    return null;
  }
}

function putBack(answers) {
  for (const control of form.elements) {
    const given = answers.filter(([name]) => name === control.name).map(([, value]) => value);
    if (control.type === "radio" || control.type === "checkbox") control.checked = given.includes(control.value);
    else if (given.length) [control.value] = given;
  }
  form.querySelector("[data-kept]").hidden = false;
}

if (form) {
  const answers = kept();
  if (answers?.length && ![...new FormData(form).values()].some(Boolean)) putBack(answers);
  form.addEventListener("input", () => {
    try {
      const given = [...new FormData(form)].filter(([, value]) => value);
      localStorage.setItem(keyOf(form.dataset.keep), JSON.stringify({ answers: given, at: Date.now() }));
    } catch {
      // A full or forbidden store must not stop anybody from answering.
    }
  });
}
