// Sends a file in pieces (tus 1.0), so that a lost line, a reload or a closed page costs no more
// than the last of them. Without scripts the form sends the file in one go.
const PIECE = 5 * 1024 * 1024;
const HOUR = 3600;

function metadata(form, file) {
  const given = { filename: file.name };
  for (const name of ["role", "language", "title", "alt", "lasts", "replaces"]) {
    const value = form.elements[name]?.value.trim();
    if (value) given[name] = value;
  }
  return given;
}

/** The same file for the same use is the same upload, also tomorrow. */
const known = (form, file) =>
  ["taller", form.dataset.uploads, form.elements.role.value, form.elements.language.value, form.elements.replaces?.value ?? "", file.name, file.size, file.lastModified].join("|");

/** What stood in the way, in the words of the server. */
function words(error) {
  try {
    return JSON.parse(error.originalResponse.getBody()).detail;
  } catch {
    return error.message;
  }
}

function send(form, file) {
  const sending = form.querySelector("[data-sending]");
  const trouble = form.querySelector("[data-trouble]");
  const say = (text) => { sending.querySelector("[data-words]").textContent = text; };
  const bar = sending.querySelector("progress");
  const button = form.querySelector("button[type=submit]");
  const percent = new Intl.NumberFormat(document.documentElement.lang, { style: "percent" });
  let said = -1;
  const upload = new tus.Upload(file, {
    endpoint: form.dataset.uploads,
    chunkSize: PIECE,
    // Waits longer and longer, up to a minute, for about an hour.
    retryDelays: [0, 1000, 3000, 8000, 20000, ...Array(HOUR / 60).fill(60000)],
    removeFingerprintOnSuccess: true,
    metadata: metadata(form, file),
    fingerprint: async () => known(form, file),
    onShouldRetry: (error) => {
      const status = error.originalResponse?.getStatus() ?? 0;
      const again = status === 0 || status === 409 || status === 423 || status >= 500;
      if (again) say(form.dataset.waiting);
      return again;
    },
    onProgress: (sent, all) => {
      bar.value = (100 * sent) / all;
      const tenth = Math.floor((10 * sent) / all);
      if (sent === all) say(form.dataset.looking);
      else if (tenth !== said) say(form.dataset.sent.replace("{percent}", percent.format(sent / all)));
      said = tenth;
    },
    onError: (error) => {
      sending.hidden = true;
      button.hidden = false;
      trouble.hidden = false;
      trouble.querySelector("p").textContent = words(error);
    },
    onSuccess: () => location.assign(form.dataset.after),
  });
  trouble.hidden = true;
  sending.hidden = false;
  button.hidden = true;
  sending.querySelector("[data-stop]").onclick = async () => {
    await upload.abort(true).catch(() => {});
    sending.hidden = true;
    button.hidden = false;
  };
  upload.findPreviousUploads().then((previous) => {
    if (previous.length) upload.resumeFromPreviousUpload(previous[0]);
    upload.start();
  });
}

for (const form of document.querySelectorAll("[data-uploads]")) {
  form.addEventListener("submit", (event) => {
    const file = form.elements.file.files[0];
    if (!file || !window.tus?.isSupported) return;
    event.preventDefault();
    send(form, file);
  });
}
