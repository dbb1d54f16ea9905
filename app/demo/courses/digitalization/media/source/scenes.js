// The first half of the morning. Each scene gets `t`, the seconds since it began, and `q`, when each of its captions begins.

const scenes = {};

const chuckFace = (t) => {
  const jaws = [0, 120, 240].map((a) =>
    group(box(-13, -74, 26, 48, "sheet"), { turn: a }),
  );
  const bolts = [60, 180, 300].map((a) => group(disc(0, -66, 8), { turn: a }));
  return (
    disc(0, 0, 106, "tint bluish") +
    disc(0, 0, 94, "sheet bluish thin") +
    `<circle class="line axis" cx="0" cy="0" r="66"/>` +
    group(jaws.join("") + bolts.join("") + disc(0, 0, 20, "warm"), { turn: t * 14 }) +
    path("M-128 0H128M0-128V128", "axis")
  );
};

scenes.opening = (t, q) => {
  const lost = after(t, q[2] + 0.6, 0.5) - after(t, q[3] + 0.9, 0.4);
  return [
    text(62, 190, "Una mañana", { kind: "serif", size: 66 }),
    text(62, 256, "en un taller digital", { kind: "serif", size: 66 }),
    text(64, 306, "Elena, instructora de mecánica", { kind: "soft", size: 24, alpha: after(t, q[0] + 1) }),
    group(chuckFace(t), { x: 780, y: 218 }),
    fade(signal(566, 326, lost > 0.5 ? 0 : 3, lost), after(t, q[2])),
    smallLathes(
      (i) => after(t, q[1] + 0.7 + i * 0.18, 0.4),
      (i) => after(t, q[1] + 2 + i * 0.12, 0.4),
    ),
    fade(ground(436), after(t, q[1])),
  ].join("");
};

const NAMES = [
  "Ana", "Bruno", "Carla", "Diego", "Emilia", "Fabián",
  "Gloria", "Hugo", "Inés", "Julián", "Lucía", "Mateo",
];
scenes.attendance = (t, q) => {
  const x = 70, y = 98;
  const share = steady(t, q[0] + 2, q[2] - 0.2);
  const done = Math.floor(share * 12 + 0.001);
  const rowAt = (i) => y + 56 + i * 21;
  const rows = NAMES.map((name, i) => {
    const at = rowAt(i);
    return (
      text(x + 24, at + 6, name, { size: 17, kind: i < done ? "bold" : "" }) +
      (i < done ? tick(x + 210, at, 1, "bluish", 0.9) : disc(x + 211, at, 6, "sheet thin faint"))
    );
  });
  const sent = t > q[3] + 0.6;
  const notice = sent ? "Enviado" : "Guardado en el teléfono";
  const finger = share > 0 && share < 1
    ? `<circle cx="${x + 211}" cy="${rowAt(Math.min(done, 11))}" r="17" fill="#1c3f94" opacity=".2"/>`
    : "";
  const seconds = Math.round(share * 30);
  const watch =
    disc(500, 250, 104) +
    sector(500, 250, 96, seconds * 6, "tint") +
    [...Array(12)].map((_, i) => group(path("M0-96V-84", "thin"), { x: 500, y: 250, turn: i * 30 })).join("") +
    box(490, 128, 20, 17, "sheet", 2) +
    group(path("M0 14V-78", "reddish"), { x: 500, y: 250, turn: seconds * 6 }) +
    dot(500, 250, 5, "red") +
    text(500, 396, `0:${String(seconds).padStart(2, "0")}`, { kind: "serif", size: 38, anchor: "middle" });
  const lost = after(t, q[2] + 0.7, 0.4) - after(t, q[3] + 0.3, 0.3);
  const net =
    signal(706, 158, lost > 0.4 ? 0 : 3, lost) +
    text(762, 152, lost > 0.4 ? "Sin señal" : sent ? "Enviado" : "", { kind: lost > 0.4 ? "red bold" : "blue bold" });
  const before =
    text(670, 246, "Antes: 10 minutos", { kind: "bold" }) +
    page(670, 264, 92, 120, 7) +
    fade(path("M776 324h38m-10-8l10 8l-10 8", "thin") + page(826, 264, 92, 120, 7) + text(872, 412, "viernes", { kind: "soft", size: 18, anchor: "middle" }), after(t, q[5] + 0.5));
  return [
    phone(x, y, 240, 348, text(x + 24, y + 36, "Asistencia", { kind: "bold blue", size: 18 }) + rows.join("")),
    finger,
    fade(plain(x + 6, y + 312, 228, 30, "solid", 6) +
      text(x + 120, y + 333, notice, { kind: "light bold", size: 16, anchor: "middle" }),
      after(t, q[2], 0.4)),
    watch,
    fade(net, after(t, q[2])),
    fade(before, after(t, q[4])),
  ].join("");
};

const glasses = (x, y) =>
  path(`M${x - 16} ${y - 6}h14v8q-7 8-14 0zM${x + 2} ${y - 6}h14v8q-7 8-14 0zM${x - 2} ${y - 3}h4`, "thin");
const hazard = (x, y) =>
  path(`M${x} ${y - 12}l14 24h-28z`, "reddish thin") + path(`M${x} ${y - 3}v7`, "reddish") + dot(x, y + 8.5, 1.6, "red");
const setUp = (x, y) => path(`M${x - 12} ${y - 8}h24M${x - 12} ${y}h24M${x - 12} ${y + 8}h15`, "thin");
const onePage = (x, y, step) => {
  const row = (i, icon, words) =>
    fade(icon(x + 34, y + 100 + i * 68) + text(x + 62, y + 106 + i * 68, words, { kind: "bold", size: 19 }) +
      path(`M${x + 62} ${y + 122 + i * 68}h116M${x + 62} ${y + 132 + i * 68}h84`, "thin faint"), step(i));
  return (
    text(x + 24, y + 50, "Torno 3", { kind: "serif blue", size: 30 }) +
    row(0, hazard, "Riesgos") + row(1, glasses, "Protección") + row(2, setUp, "Preparación") +
    text(x + 108, y + 326, "Página 1 de 1", { kind: "soft", size: 15, anchor: "middle", alpha: step(3) })
  );
};
scenes.code = (t, q) => {
  const arrive = after(t, q[1] - 0.2, 0.8);
  const px = mix(980, 668, arrive), py = 96;
  const seen = after(t, q[1] + 1, 0.5);
  const scan = after(t, q[1] + 0.6, 0.5) * (1 - after(t, q[2] + 0.4, 0.5));
  const read = t > q[2] + 0.2;
  const corners = path("M74 256v-16h16M170 240h16v16M186 336v16h-16M90 352h-16v-16", "reddish");
  const finder = code(px + 65, py + 110, 3.1) + path(`M${px + 55} ${py + 130}v-30h30M${px + 135} ${py + 100}h30v30M${px + 165} ${py + 180}v30h-30M${px + 85} ${py + 210}h-30v-30`, "reddish");
  const sheet =
    page(498, 112, 96, 126, 6) + plain(506, 120, 80, 22, "sheet") + text(508, 138, "Torno 3", { kind: "serif blue", size: 17 }) + dot(546, 112, 6, "red");
  return [
    ground(),
    group(lathe({ detail: false }), { x: 60, y: 168, scale: 1.36 }),
    fade(code(85, 251, 3.1), after(t, q[0] + 1.2, 0.5)),
    fade(corners, scan),
    fade(path(`M${n(px)} 250L192 296`, "reddish thin dashed"), scan),
    fade(text(250, 206, "Apagado", { kind: "red bold" }) + path("M244 200L206 228", "reddish thin") + disc(198, 234, 7, "warm reddish"), after(t, q[1] + 1.6)),
    fade(sheet, after(t, q[5] + 1)),
    arrive > 0 ? phone(n(px), py, 220, 346, read ? onePage(n(px), py, (i) => after(t, [q[2] + 1.2, q[2] + 2, q[3] + 0.2, q[4]][i], 0.5)) : seen > 0 ? fade(finder, seen) : "") : "",
  ].join("");
};

const hand = (x, y, mirror) =>
  group(
    `<path class="line solid" d="M-86 150L-58 84L-4 106L-24 190Z"/>` +
      `<path class="line warm" d="M-62 92q-14-62 6-96q10-14 24-6l6 40v66q-14 14-36-4z"/>` +
      `<path class="line warm" d="M-34 60q-6-40 16-58q26-14 30 6q-2 16-18 22q-2 24-14 42z"/>`,
    { x, y, mirror },
  );
const indicator = (x, y, swing) =>
  disc(x, y, 38) +
  [...Array(9)].map((_, i) => group(path("M0-33V-26", "thin"), { x, y, turn: -100 + i * 25 })).join("") +
  group(path("M0 0V-25", "reddish"), { x, y, turn: swing }) + dot(x, y, 4, "red") +
  path(`M${x} ${y + 38}V${y + 72}`) + dot(x, y + 74, 4, "dark");
const filming = (t, q) => {
  const share = steady(t, q[0] + 0.8, q[3] - 0.4);
  const swing = 62 * Math.exp(-2.6 * Math.max(0, t - q[1]) / 2) * Math.sin(t * 5);
  const seconds = Math.round(share * 120);
  const picture =
    box(20, 76, 74, 150, "tint") + box(94, 94 + 6 * Math.cos(t * 5), 30, 26) + box(94, 182 - 6 * Math.cos(t * 5), 30, 26) +
    box(106, 126, 250, 58, "warm", 0) +
    path(`M108 ${n(155 + 26 * Math.cos((t * 2.5) % Math.PI))}H354`, "thin faint") +
    path("M8 155H440", "axis") + indicator(286, 49, swing);
  return (
    phone(0, 0, 470, 266) +
    `<svg x="8" y="8" width="454" height="250" viewBox="0 0 454 250">${picture}</svg>` +
    (t % 1.2 < 0.7 && share < 1 ? dot(34, 32, 8, "red") : disc(34, 32, 7, "sheet reddish")) +
    text(50, 39, `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`, { kind: "bold", size: 20 }) +
    hand(-2, 150, false) + hand(472, 150, true)
  );
};
const night = (t, q) => {
  const asks = [0, 1, 2].map((i) =>
    text(712 + i * 46, 196 - i * 14, "?", { kind: "serif light", size: 44, alpha: after(t, q[4] + 0.4 + i * 0.35, 0.4) }),
  );
  return (
    plain(640, 104, 270, 306, "solid", 3) +
    `<path fill="#fffdf8" d="M866 124a22 22 0 1 0 16 34a18 18 0 0 1-16-34z"/>` +
    [[664, 128], [690, 190], [890, 214], [662, 236], [884, 262]].map(([x, y]) => `<circle cx="${x}" cy="${y}" r="2" fill="#fffdf8"/>`).join("") +
    plain(690, 214, 172, 196, "warm") + path("M690 214h172v196h-172z") +
    `<path class="dark" d="M724 410q2-66 50-66q48 0 50 66z"/>` + dot(774, 312, 27, "dark") +
    `<path class="dark" d="M800 372l34 2l4-34l-12-2l-4 20z"/>` +
    box(812, 300, 27, 46, "sheet", 4) + `<path fill="#1c3f94" d="M821 314l12 8l-12 8z"/>` +
    asks.join("")
  );
};
scenes.clip = (t, q) => {
  const move = after(t, q[3] - 0.3, 1);
  return (
    group(filming(t, q), { x: mix(245, 108, move), y: mix(122, 148, move), scale: mix(1, 0.86, move) }) +
    fade(night(t, q), after(t, q[3] + 0.3))
  );
};

const clockFace = (x, y, r, degrees) =>
  disc(x, y, r) + sector(x, y, r - 6, degrees, "tint") +
  [...Array(12)].map((_, i) => group(path(`M0 ${-r + 4}v8`, "thin"), { x, y, turn: i * 30 })).join("") +
  group(path(`M0 8V${-r + 18}`, "reddish"), { x, y, turn: degrees }) + dot(x, y, 4, "red");
scenes.simulator = (t, q) => {
  const snap = q[2] + 0.5, restart = q[3] - 0.5;
  const first = t < restart;
  const reach = first ? mix(70, -26, after(t, q[1] + 0.6, snap - q[1] - 0.6)) : mix(70, -30, steady(t, restart + 1, restart + 8));
  const broken = first && t >= snap;
  const fall = Math.min(1.1, Math.max(0, t - snap));
  const spin = broken ? 0 : t * 1.6;
  const burst = broken
    ? path("M-26-6l-14-8M-20-18l-8-14M0-22v-16M20-18l8-14M26-6l14-8", "reddish") +
      group(path("M-6 0L0-6L6 0V6H-6Z", "reddish warm"), { x: fall * 26, y: -10 + fall * fall * 78, turn: fall * 200 })
    : "";
  const pressed = t > restart - 0.5 && t < restart + 0.3;
  const screen =
    group(lathe({ spin, fill: "tint", kind: "bluish thin", tool: reach, detail: false }), { x: 112, y: 158, scale: 1.1 }) +
    group(burst, { x: 112 + (206 + reach) * 1.1, y: 158 + 92 * 1.1 }) +
    fade(text(320, 144, "Herramienta rota", { kind: "red bold", anchor: "middle", size: 22 }) , broken ? 1 : 0) +
    fade(box(226, 366, 188, 34, pressed ? "solid" : "sheet") + text(320, 390, "Volver a empezar", { kind: pressed ? "light bold" : "bold", size: 18, anchor: "middle" }), broken || pressed ? after(t, snap + 0.7, 0.4) : 0);
  const lesson = (i, words, at, kind) =>
    fade((kind === "bluish" ? tick(644, 288 + i * 32, 1, kind) : path(`M637 ${288 + i * 32}h14`, kind)) + text(666, 295 + i * 32, words, { size: 21 }), after(t, at, 0.4));
  return [
    ground(444),
    path("M280 412V444M360 412V444M250 444H390"),
    `<rect class="line dark" x="70" y="96" width="500" height="318" rx="8"/>` + plain(82, 108, 476, 294, "tint", 3),
    screen,
    clockFace(712, 166, 58, 120 * steady(t, q[0] + 0.8, q[3])),
    text(788, 176, `${Math.round(20 * steady(t, q[0] + 0.8, q[3]))} min`, { kind: "serif", size: 36 }),
    text(636, 264, "Enseña", { kind: "bold blue", size: 21, alpha: after(t, q[3]) }),
    lesson(0, "el orden de los pasos", q[3] + 0.4, "bluish"),
    text(636, 332, "No enseña", { kind: "bold red", size: 21, alpha: after(t, q[4]) }),
    lesson(2.2, "el ruido", q[4] + 0.7, "reddish"),
    lesson(3.2, "la vibración", q[4] + 1.4, "reddish"),
    lesson(4.2, "el respeto", q[4] + 2.2, "reddish"),
  ].join("");
};
