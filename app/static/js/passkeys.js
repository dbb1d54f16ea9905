// Asks the device for a passkey, or for its signature, and sends what it answers with the form.
// Without scripts, or where the browser knows no passkeys, codes do the same.
const base64url = {
  create: (options) => PublicKeyCredential.parseCreationOptionsFromJSON(options),
  get: (options) => PublicKeyCredential.parseRequestOptionsFromJSON(options),
};

async function answered(form) {
  const way = form.dataset.passkey;
  const asked = await fetch(form.dataset.challenge, { method: "POST" });
  if (!asked.ok) throw new Error(asked.statusText);
  const publicKey = base64url[way](await asked.json());
  const credential = await navigator.credentials[way]({ publicKey });
  return JSON.stringify(credential.toJSON());
}

async function ask(event) {
  const form = event.target;
  const trouble = form.querySelector("[role=alert]");
  event.preventDefault();
  trouble.hidden = true;
  try {
    form.elements.answer.value = await answered(form);
    form.submit();
  } catch {
    trouble.hidden = false;
  }
}

if (window.PublicKeyCredential?.parseCreationOptionsFromJSON) {
  for (const part of document.querySelectorAll("[data-passkeys]")) part.hidden = false;
  for (const form of document.querySelectorAll("[data-passkey]")) form.addEventListener("submit", ask);
}
