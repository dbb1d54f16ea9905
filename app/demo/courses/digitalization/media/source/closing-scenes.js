// The second half of the morning, and the function that the maker of the film calls for every frame.

const fromBehind = (x, y, { overall, hair, bun = false }) =>
  `<path class="line ${overall}" d="M${x - 66} ${y + 210}V${y + 92}q2-40 44-46h44q42 6 44 46V${y + 210}z"/>` +
  path(`M${x - 24} ${y + 48}L${x + 18} ${y + 150}M${x + 24} ${y + 48}L${x - 18} ${y + 150}`, overall === "solid" ? "thin faint" : "thin") +
  box(x - 11, y + 26, 22, 22, "warm", 4) +
  disc(x - 33, y + 4, 6, "warm") + disc(x + 33, y + 4, 6, "warm") +
  `<ellipse class="line ${hair}" cx="${x}" cy="${y}" rx="31" ry="34"/>` +
  (bun ? disc(x, y - 32, 14, hair) : `<path class="line ${hair}" d="M${x - 31} ${y - 4}q-8 34 2 44h58q10-10 2-44z"/>`) +
  path(`M${x - 32} ${y - 1}q32 12 64 0`, "reddish");
const callout = (number, words, from, at, shown) =>
  shown <= 0
    ? ""
    : pen(`M${at[0]} ${at[1]}L${from[0]} ${from[1]}`, shown, "reddish thin") +
      fade(dot(from[0], from[1], 4, "red") + disc(at[0], at[1], 18, "sheet reddish") +
        text(at[0], at[1] + 7, `${number}`, { kind: "bold red", anchor: "middle" }) +
        text(at[0] + 32, at[1] + 8, words, { kind: "serif", size: 28 }), shown);
scenes.lathe = (t, q) => {
  const curl = [...Array(3)].map((_, i) => {
    const life = (t * 0.8 + i / 3) % 1;
    return group(path("M0 0q10-14 20-4q6 10-4 12q-10-2-4-10", "reddish thin"), { x: life * 34, y: -life * 26 + life * life * 60, turn: life * 90, alpha: 1 - life });
  });
  const drive = Math.sin(t * 1.1) * 4;
  const arm = (d) => `<path d="${d}" fill="none" stroke="#23201a" stroke-width="32" stroke-linecap="round" stroke-linejoin="round"/><path d="${d}" fill="none" stroke="#1c3f94" stroke-width="27" stroke-linecap="round" stroke-linejoin="round"/>`;
  return [
    ground(444),
    group(lathe({ spin: t * 1.8, tool: -26 + drive }), { x: 130, y: 110, scale: 1.66 }),
    group(curl.join(""), { x: 130 + (182 + drive) * 1.66, y: 110 + 84 * 1.66 }),
    fromBehind(214, 236, { overall: "tint", hair: "grey" }),
    arm(`M${516} 318L${470 + drive} 356L${424 + drive} 334`),
    disc(408 + drive, 326, 15, "warm"),
    fromBehind(566, 246, { overall: "solid", hair: "dark", bun: true }),
    callout(1, "las manos", [406, 328], [318, 408], after(t, q[2], 0.6)),
    callout(2, "la postura", [600, 340], [744, 330], after(t, q[2] + 0.8, 0.6)),
    callout(3, "el oído", [601, 250], [744, 236], after(t, q[2] + 1.6, 0.6)),
  ].join("");
};

const DIAMETERS = [
  ["25,01", "24,99", "25,02", "25,09", "25,00", "24,98"],
  ["25,00", "25,01", "25,01", "25,10", "24,99", "25,00"],
  ["24,99", "25,02", "25,00", "25,09", "25,01", "25,01"],
];
const caliper = (open) =>
  box(0, 0, 24, 140, "tint") + path("M24 0h46v14L24 26z", "sheet") +
  [...Array(12)].map((_, i) => path(`M4 ${34 + i * 8}h${i % 5 ? 7 : 12}`, "thin")).join("") +
  group(path("M-5 0h75v-8l-46-12h-29z", "sheet"), { y: 76 + open }) ;
scenes.sheet = (t, q) => {
  const x = 52, y = 142, first = 96, wide = 92, high = 50;
  const filled = steady(t, q[1] - 0.4, q[2] - 0.2) * 18;
  const found = after(t, q[2] + 0.6, 0.5);
  const bad = plain(x + first + 3 * wide, y, wide, high * 4, "warm");
  const lines = [...Array(3)].map((_, i) => path(`M${x} ${y + (i + 1) * high}h${first + 6 * wide}`, "thin faint")).join("") +
    [...Array(6)].map((_, i) => path(`M${x + first + i * wide} ${y}v${high * 4}`, "thin faint")).join("");
  const heads = [...Array(6)].map((_, i) =>
    text(x + first + (i + 0.5) * wide, y + 32, `Torno ${i + 1}`, { kind: i === 3 && found > 0.5 ? "bold red" : "bold", anchor: "middle", size: 18 })).join("");
  const cells = DIAMETERS.flatMap((row, r) =>
    row.map((value, i) => {
      const alpha = clamp((filled - (i * 3 + r)) * 1.5);
      return text(x + first + (i + 0.5) * wide, y + high * (r + 1) + 33, value, { anchor: "middle", size: 21, alpha, kind: i === 3 && found > 0.5 ? "bold red" : "" });
    })).join("");
  const pieces = [1, 2, 3].map((p) => text(x + 12, y + high * p + 33, `Pieza ${p}`, { kind: "soft", size: 18 })).join("");
  const note = box(732, 142, 186, 104, "warm reddish") + text(750, 178, "Ayer, otra pareja:", { size: 19 }) + text(750, 222, "25,09", { kind: "serif red", size: 38 });
  const machine = path(`M${x + first + 3.5 * wide} ${y + high * 4 + 4}v22m-8-9l8 9l8-9`, "reddish") +
    group(lathe({ detail: false }), { x: x + first + 3.5 * wide - 76, y: 364, scale: 0.42 }) +
    text(x + first + 3.5 * wide + 92, 422, "Es la máquina", { kind: "serif red", size: 26 });
  return [
    text(x, 126, "Diámetro en milímetros; medida: 25,00 ± 0,05", { kind: "soft", size: 20 }),
    box(x, y, first + 6 * wide, high * 4),
    fade(bad, found), lines, heads, pieces, cells,
    path(`M${x} ${y + high}h${first + 6 * wide}`),
    found > 0 ? fade(path(`M${x + first + 3 * wide} ${y}h${wide}v${high * 4}h${-wide}z`, "reddish"), found) : "",
    fade(group(disc(0, 0, 26, "warm") + path("M-36 0h72M0-36v72", "axis"), { x: 838, y: 330 }) +
      group(caliper(mix(34, 16, after(t, q[0] + 1, 1.2))), { x: 772, y: 278 }), after(t, q[0] + 0.3)),
    fade(note, after(t, q[3])),
    fade(machine, after(t, q[4])),
  ].join("");
};

const scribble = (x, y, seed) =>
  [...Array(41)].map((_, i) => {
    const s = i / 40;
    return [
      x + s * 128 + 9 * Math.sin(s * 34 + seed),
      y - 11 * Math.sin(s * 25 + seed) * (1 - s * 0.6) - 6 * Math.cos(s * 9 * seed),
    ];
  });
const written = (points, progress) => {
  const upTo = Math.floor(progress * (points.length - 1));
  return upTo < 1 ? "" : path(points.slice(0, upTo + 1).map(([x, y], i) => `${i ? "L" : "M"}${n(x)} ${n(y)}`).join(""), "bluish");
};
const writingHand = (x, y) =>
  group(
    `<path class="line solid" d="M96 66l62 34l-22 60l-66-46z"/>` +
      `<path class="line warm" d="M22 10q22-18 48-2q34 20 40 50q0 26-22 44q-28 4-46-16q-24-20-28-46z"/>` +
      path("M0 0L12-14L74-70L86-60L22-2Z", "sheet") + `<path class="dark" d="M0 0l12-14l10 12z"/>` +
      `<path class="line warm" d="M18-2q16-22 36-12q14 12-4 24q-16 8-24 26q-14-8-8-38z"/>`,
    { x, y },
  );
const CHECKS = ["Gafas puestas", "Pelo y mangas recogidos", "Sin guantes ni anillos", "Llave del plato retirada"];
scenes.paper = (t, q) => {
  const x = 70, y = 104;
  const rows = CHECKS.map((words, i) => {
    const at = y + 94 + i * 38;
    return box(x + 30, at - 15, 20, 20, "sheet thin", 2) + text(x + 66, at + 3, words, { size: 20 }) +
      pen(`M${x + 33} ${at - 7}l7 8l16-22`, after(t, q[1] + 0.4 + i * 0.6, 0.4), "bluish");
  }).join("");
  const mine = scribble(x + 44, y + 282, 1.3), hers = scribble(x + 230, y + 282, 2.1);
  const one = steady(t, q[2] + 0.1, q[2] + 1.1), two = steady(t, q[2] + 1.3, q[2] + 2.3);
  const tip = t < q[2] + 1.2 ? mine[Math.floor(one * 40)] : hers[Math.floor(two * 40)];
  const present = after(t, q[2] - 0.5, 0.5) * (1 - after(t, q[3] + 0.2, 0.6));
  const px = 596, py = 112;
  const at = q[4] + 0.3;
  const lines = CHECKS.map((_, i) => {
    const ly = py + 76 + i * 44;
    return box(px + 24, ly - 12, 22, 22, t > at ? "solid" : "sheet thin", 2) +
      (t > at ? `<path d="M${px + 29} ${ly - 1}l5 6l8-11" fill="none" stroke="#fffdf8" stroke-width="2.6"/>` : "") +
      path(`M${px + 60} ${ly}h${[84, 98, 76, 92][i]}`, "faint");
  }).join("");
  const charge = 1 - steady(t, q[6], q[6] + 1.6);
  const dead = after(t, q[6] + 1.5, 0.3);
  const battery = box(818, 300, 72, 34, "sheet") + plain(890, 310, 6, 14, "dark", 2) + plain(823, 305, 62 * charge, 24, charge < 0.3 ? "red" : "solid");
  return [
    `<rect class="line sink" x="${x}" y="${y - 4}" width="400" height="344" rx="6"/>`,
    box(x + 14, y + 14, 372, 316),
    box(x + 140, y - 16, 120, 26, "tint", 4),
    text(x + 30, y + 60, "Antes de encender", { kind: "serif", size: 27 }),
    rows,
    path(`M${x + 30} ${y + 296}h150M${x + 216} ${y + 296}h150`, "thin"),
    text(x + 30, y + 320, "Aprendiz", { kind: "soft", size: 17 }),
    text(x + 216, y + 320, "Instructora", { kind: "soft", size: 17 }),
    written(mine, one), written(hers, two),
    fade(phone(px, py, 196, 316, lines), after(t, q[3])),
    fade(text(px + 98, py + 276, "Marcado sin leer", { kind: "bold red", size: 19, anchor: "middle" }), after(t, at + 0.2, 0.4)),
    dead > 0 ? fade(`<rect class="dark" x="${px + 5}" y="${py + 5}" width="186" height="306" rx="11"/>`, dead) : "",
    fade(battery, after(t, q[6] - 0.2)),
    group(writingHand(tip[0], tip[1]), { alpha: present }),
  ].join("");
};

const HANGING = [
  () => box(-30, -46, 60, 96, "sheet", 8) + [0, 1, 2, 3].map((i) => tick(-14, -24 + i * 20, 1, "bluish", 0.7) + path(`M2 ${-24 + i * 20}h18`, "thin faint")).join(""),
  () => code(-44, -42, 3),
  () => box(-52, -34, 104, 68, "sheet", 8) + path("M-12-18L20 0L-12 18Z", "solid"),
  () => box(-54, -42, 108, 70) + path("M-14 28v18M14 28v18M-28 46h56") + group(lathe({ fill: "tint", kind: "bluish thin", detail: false }), { x: -44, y: -36, scale: 0.245 }),
  () => box(-54, -40, 108, 80) + path("M-54-20h108M-54 0h108M-54 20h108M-18-40v80M18-40v80", "thin faint") + plain(19, -19, 34, 58, "warm") + path("M18-20h36v60h-36z", "reddish thin"),
];
const GONE = ["M-34-30h68v60h-68z", "M0-38L40 30H-40Z", "M-40 0a40 40 0 1 0 80 0a40 40 0 1 0-80 0", "M-22-44h44v88h-44z"];
scenes.rule = (t, q) => {
  const holes = `<pattern id="holes" width="24" height="24" patternUnits="userSpaceOnUse"><circle cx="12" cy="12" r="2" fill="#dcd5c6"/></pattern>`;
  const spot = (i) => 140 + i * 170;
  const gone = after(t, q[3] + 0.4, 0.4) - after(t, q[3] + 2.3, 0.4);
  const hook = (x, y) => path(`M${x} ${y - 14}v10`, "thin") + dot(x, y - 14, 4, "dark");
  const tools = HANGING.map((draw, i) => {
    const shown = after(t, q[0] + 1 + i * 0.25, 0.4) * (i === 1 ? 1 - gone : 1);
    const swing = 5 * Math.sin((t - q[0] - 1 - i * 0.25) * 5) * Math.exp(-1.4 * Math.max(0, t - q[0] - 1 - i * 0.25));
    return hook(spot(i), 122) + group(group(draw(), { y: 50 }), { x: spot(i), y: 120, turn: swing, alpha: shown }) +
      tick(spot(i), 246, after(t, q[2] + 0.5 + i * 0.25, 0.4), "bluish", 1.3);
  });
  const missed = fade(path(`M${spot(1) - 44} 128h88v88h-88z`, "reddish dashed") + text(spot(1), 188, "?", { kind: "serif red", size: 46, anchor: "middle" }), gone);
  const empty = GONE.map((d, i) => hook(spot(i + 1), 292) + group(path(d, "faint dashed"), { x: spot(i + 1), y: 342 }));
  const board = box(-34, -44, 68, 96, "sink", 5) + box(-26, -34, 52, 80) + box(-14, -50, 28, 12, "tint", 2) + path("M-18-16h36M-18 0h36M-18 16h36", "thin faint") + path("M-16 34q6-12 10 0q6-12 10 0q4-8 10 0", "bluish thin");
  return [
    holes,
    box(48, 96, 864, 340, "sink", 4), `<rect x="52" y="100" width="856" height="332" fill="url(#holes)"/>`,
    tools.join(""), missed,
    fade(empty.join(""), after(t, q[0] + 0.3)),
    hook(spot(0), 288), fade(group(board, { x: spot(0), y: 346 }), after(t, q[0] + 0.6)),
  ].join("");
};

scenes.question = (t, q) => [
  text(62, 176, "¿Qué se ganaría un lugar", { kind: "serif", size: 52, alpha: after(t, q[2] + 0.2) }),
  text(62, 232, "en su taller?", { kind: "serif", size: 52, alpha: after(t, q[2] + 0.6) }),
  text(62, 314, "¿Y qué dejaría en papel?", { kind: "serif red", size: 52, alpha: after(t, q[3] + 0.2) }),
  smallLathes(() => 1, () => 1 - after(t, q[0] + 0.6, 1.4)),
  ground(436),
  text(62, 502, "Elena y su taller son un ejemplo inventado. Voz sintética.", { kind: "soft", size: 20, alpha: after(t, q[3] + 2.4) }),
].join("");

// `film` is set by the maker: one entry a scene with name, clock, heading, start, end and the starts of its captions.
window.film = [];
window.draw = (seconds) => {
  const found = window.film.findIndex((s) => seconds < s.end);
  const index = found < 0 ? window.film.length - 1 : found;
  const scene = window.film[index];
  const t = seconds - scene.start;
  const before = index ? window.film[index - 1].clock : scene.clock;
  const last = index === window.film.length - 1;
  const alpha = Math.min(index ? after(t, 0, 0.35) : 1, last ? 1 : 1 - after(seconds, scene.end - 0.35, 0.35));
  const picture = header(scene, before, t) + fade(scenes[scene.name](t, scene.captions), alpha);
  const stage = document.getElementById("stage");
  const changed = stage.dataset.picture !== picture;
  if (changed) {
    stage.dataset.picture = picture;
    stage.innerHTML = picture;
  }
  return changed;
};
