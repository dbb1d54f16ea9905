// What htmx leaves open: where the focus goes, what a late or lost answer says, the reader's time zone.
const find = (id) => document.getElementById(id);
const notice = find("notice");
const on = (name, act) => addEventListener(`htmx:${name}`, (event) => act(event.detail.ctx, event));
const uploads = ({ request }) => request.form?.enctype === "multipart/form-data";

function regionOf({ target, around }) {
  if (typeof target === "string") return document.querySelector(target);
  return target?.isConnected ? target : (target?.id && find(target.id)) || around;
}

function sendAgain({ sourceElement: source, sourceEvent: { type }, request: { submitter } }) {
  if (source.matches("form")) source.requestSubmit(submitter?.isConnected ? submitter : null);
  else if (type === "click") source.click();
  else source.dispatchEvent(new Event(type, { bubbles: true }));
}

function tell(kind, ctx) {
  const words = find("trouble");
  const flash = words.content.cloneNode(true);
  flash.querySelector("strong").textContent = words.dataset[kind];
  flash.querySelector("a").hidden = kind !== "out";
  flash.querySelector("button").onclick = () => {
    notice.replaceChildren();
    if (!ctx.timer) return sendAgain(ctx);
    addEventListener("htmx:finally:request", () => setTimeout(sendAgain, 0, ctx), { once: true });
    ctx.request.abort();
  };
  notice.replaceChildren(flash);
  ctx.told = notice.firstChild;
}

function settle(ctx) {
  if (!ctx?.timer) return;
  clearTimeout(ctx.timer);
  ctx.timer = 0;
  ctx.told?.remove();
  ctx.pressed.classList.remove("htmx-request");
  regionOf(ctx)?.removeAttribute("aria-busy");
}

on("config:request", (ctx) => {
  if (uploads(ctx)) ctx.request.timeout = 0;
});
on("before:request", (ctx) => {
  const { submitter } = ctx.request;
  ctx.pressed = submitter || ctx.sourceElement;
  if (submitter && !notice.contains(submitter)) notice.replaceChildren();
  ctx.pressed.classList.add("htmx-request");
  regionOf(ctx)?.setAttribute("aria-busy", "true");
  ctx.timer = setTimeout(() => uploads(ctx) || tell("late", ctx), 8000);
});
on("after:request", (ctx, event) => {
  settle(ctx);
  if (ctx.request.method === "GET" || !ctx.hx.redirect?.includes("/sign-in")) return;
  event.preventDefault();
  tell("out", ctx);
});
on("finally:request", settle);
on("error", (ctx) => {
  settle(ctx);
  if (ctx) tell("lost", ctx);
});

// A whole page, or a failure that nobody worded, never replaces a part.
on("before:swap", (ctx, event) => {
  const { status, raw } = ctx.response;
  const whole = /^\s*<!doctype/i.test(ctx.text);
  ctx.around = ctx.target?.parentElement?.closest("section,main");
  if (!whole && (status < 500 || ctx.hx.retarget)) return;
  event.preventDefault();
  if (status < 400) location.assign(raw.url);
  else tell("broken", ctx);
});
on("after:swap", (ctx) => {
  const lost = !ctx.pressed.isConnected && document.activeElement === document.body;
  const region = regionOf(ctx);
  if (!region || !(lost || ctx.response.status === 422)) return;
  const seek = (places) => region.querySelector(places);
  const place = seek(".flash[tabindex]") || seek("[aria-invalid],.wrong input") || (lost && (seek("h1,h2,h3") || region));
  if (place?.tabIndex < 0) place.tabIndex = -1;
  place?.focus?.();
});

// What was kept on this device for one person is not left to the next.
addEventListener("submit", ({ target }) => {
  if (/^\/sign-out$|^\/account\/sign-out/.test(target.getAttribute("action"))) localStorage.clear();
});
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zone && !/\btz=/.test(document.cookie)) {
  // In production all cookies are of this host alone, and the server looks for no others.
  const [host, secure] = location.protocol === "https:" ? ["__Host-", ";secure"] : ["", ""];
  document.cookie = `${host}tz=${zone};path=/;max-age=31536000;samesite=lax${secure}`;
}
