// The pen and the parts that every scene draws with: all are functions of time that return SVG.

const clamp = (x) => Math.min(1, Math.max(0, x));
const after = (t, start, length = 0.7) => {
  const x = clamp((t - start) / length);
  return x * x * (3 - 2 * x);
};
const steady = (t, start, end) => clamp((t - start) / (end - start));
const mix = (a, b, x) => a + (b - a) * x;
const n = (x) => Math.round(x * 100) / 100;

const group = (inner, { x = 0, y = 0, scale = 1, turn = 0, alpha = 1, mirror = false } = {}) =>
  alpha <= 0.01
    ? ""
    : `<g transform="translate(${n(x)} ${n(y)}) rotate(${n(turn)}) scale(${n(mirror ? -scale : scale)} ${n(scale)})" opacity="${n(alpha)}">${inner}</g>`;
const fade = (inner, alpha) => group(inner, { alpha });
const text = (x, y, words, { kind = "", size = 20, anchor = "start", alpha = 1 } = {}) =>
  alpha <= 0.01
    ? ""
    : `<text x="${n(x)}" y="${n(y)}" class="${kind}" style="font-size:${size}px" text-anchor="${anchor}" opacity="${n(alpha)}">${words}</text>`;
const path = (d, kind = "") => `<path class="line ${kind}" d="${d}"/>`;
const pen = (d, progress, kind = "") =>
  progress <= 0.002
    ? ""
    : progress >= 1
      ? path(d, kind)
      : `<path class="line ${kind}" d="${d}" pathLength="1" stroke-dasharray="1 1" stroke-dashoffset="${n(1 - progress)}"/>`;
const box = (x, y, w, h, kind = "sheet", r = 3) =>
  `<rect class="line ${kind}" x="${n(x)}" y="${n(y)}" width="${n(w)}" height="${n(h)}" rx="${r}"/>`;
const plain = (x, y, w, h, kind, r = 0) =>
  `<rect class="${kind}" x="${n(x)}" y="${n(y)}" width="${n(w)}" height="${n(h)}" rx="${r}"/>`;
const disc = (x, y, r, kind = "sheet") =>
  `<circle class="line ${kind}" cx="${n(x)}" cy="${n(y)}" r="${n(r)}"/>`;
const dot = (x, y, r, kind) => `<circle class="${kind}" cx="${n(x)}" cy="${n(y)}" r="${n(r)}"/>`;
const tick = (x, y, progress = 1, kind = "bluish", size = 1) =>
  pen(`M${n(x - 7 * size)} ${n(y)}l${5 * size} ${6 * size}l${9 * size} ${-12 * size}`, progress, kind);
const cross = (x, y, r, progress, kind = "reddish") =>
  pen(`M${x - r} ${y - r}l${2 * r} ${2 * r}M${x + r} ${y - r}l${-2 * r} ${2 * r}`, progress, kind);
const sector = (x, y, r, degrees, kind) => {
  if (degrees <= 0.5) return "";
  const a = (degrees * Math.PI) / 180;
  return `<path class="${kind}" d="M${x} ${y}V${y - r}A${r} ${r} 0 ${degrees > 180 ? 1 : 0} 1 ${n(x + r * Math.sin(a))} ${n(y - r * Math.cos(a))}Z"/>`;
};

const ground = (y = 440) => path(`M40 ${y}H920`, "faint thin");

// A lathe seen from the front, 360 by 200. `spin` is in turns; without it the machine stands still.
const lathe = ({ spin = 0, fill = "sheet", kind = "", work = true, tool = 0, detail = true } = {}) => {
  const stripe = (offset) => {
    const y = 80 - 10 * Math.cos(Math.PI * ((spin + offset) % 1));
    return path(`M138 ${n(y)}H246`, `thin faint`);
  };
  const jaw = 10 * Math.cos(2 * Math.PI * spin);
  return [
    box(12, 146, 84, 54, `${fill} ${kind}`),
    box(258, 146, 84, 54, `${fill} ${kind}`),
    box(0, 120, 360, 26, `${fill === "sheet" ? "tint" : fill} ${kind}`),
    box(0, 38, 100, 82, `${fill} ${kind}`),
    detail ? disc(24, 102, 7, `${fill} ${kind} thin`) + path("M24 102l10-12", `thin ${kind}`) : "",
    detail ? disc(54, 102, 7, `${fill} ${kind} thin`) + path("M54 102l-6-14", `thin ${kind}`) : "",
    box(290, 60, 58, 60, `${fill} ${kind}`),
    box(262, 73, 28, 14, `${fill} ${kind}`),
    path("M262 73L247 80L262 87", `${fill} ${kind}`),
    work ? box(126, 70, 120, 20, `${fill === "sheet" ? "warm" : fill} ${kind}`, 0) : "",
    work && spin ? stripe(0) + stripe(0.5) : "",
    box(100, 46, 22, 68, `${fill === "sheet" ? "tint" : fill} ${kind}`),
    box(122, 56 + jaw * 0.35, 14, 11, `${fill} ${kind}`, 1),
    box(122, 93 - jaw * 0.35, 14, 11, `${fill} ${kind}`, 1),
    group(
      box(-34, 104, 76, 30, `${fill} ${kind}`) +
        box(-14, 96, 34, 10, `${fill} ${kind}`, 1) +
        path("M-4 96V92L2 88L8 92V96", `${fill} ${kind}`) +
        (detail ? disc(-14, 134, 11, `${fill} ${kind}`) + dot(-14, 134, 2.5, "dark") : ""),
      { x: 204 + tool },
    ),
    path("M92 80H300", "axis"),
  ].join("");
};

const smallLathes = (drawn, people) =>
  [0, 1, 2, 3, 4, 5]
    .map((i) =>
      group(
        group(lathe({ detail: false }), { scale: 0.34 }) +
          fade(bust(38, 46) + bust(84, 46), people(i)),
        { x: 52 + i * 146, y: 366, alpha: drawn(i) },
      ),
    )
    .join("");
const bust = (x, y) =>
  dot(x, y, 7.5, "dark") + `<path class="solid" d="M${x - 14} ${y + 28}q0-18 14-18q14 0 14 18z"/>`;

// Radio waves: `bars` of three are lit.
const signal = (x, y, bars, lost = 0) =>
  dot(x, y, 4.5, lost > 0.5 ? "soft" : "solid") +
  [14, 25, 36]
    .map((r, i) =>
      path(
        `M${n(x - r * 0.72)} ${n(y - r * 0.72)}A${r} ${r} 0 0 1 ${n(x + r * 0.72)} ${n(y - r * 0.72)}`,
        i < bars ? "bluish" : "faint thin",
      ),
    )
    .join("") +
  (lost > 0 ? pen(`M${x - 30} ${y - 36}L${x + 30} ${y + 8}`, lost, "reddish") : "");

const phone = (x, y, w, h, inner = "", screen = "sheet") =>
  `<rect class="line dark" x="${x}" y="${y}" width="${w}" height="${h}" rx="16"/>` +
  `<rect class="${screen}" x="${x + 6}" y="${y + 6}" width="${w - 12}" height="${h - 12}" rx="10"/>` +
  inner;

const CODE = [
  "111111100111001111111", "100000100000001000001", "101110100000101011101",
  "101110100010101011101", "101110101101101011101", "100000100000001000001",
  "111111101010101111111", "000000001010000000000", "001100111110011010000",
  "110011000101101100010", "110000100101001110001", "010001010110000000101",
  "011010110010100010000", "000000001100110000111", "111111101111101011001",
  "100000100111001100111", "101110100010001000001", "101110101111010011010",
  "101110101111010101000", "100000100000110111000", "111111100101100010010",
]; // reads TORNO 3
const code = (x, y, module) => {
  const d = CODE.flatMap((row, j) =>
    [...row].map((bit, i) => (bit === "1" ? `M${i} ${j}h1v1h-1z` : "")),
  ).join("");
  return (
    box(x, y, 29 * module, 29 * module, "sheet thin", 2) +
    `<path class="dark" shape-rendering="crispEdges" transform="translate(${x + 4 * module} ${y + 4 * module}) scale(${module})" d="${d}"/>`
  );
};

const page = (x, y, w, h, lines = 5) => {
  const step = (h - 24) / lines;
  const rows = Array.from({ length: lines }, (_, i) =>
    path(`M${x + 12} ${n(y + 18 + i * step)}h${n((w - 24) * (i % 3 === 2 ? 0.6 : 1))}`, "thin faint"),
  );
  return box(x, y, w, h) + rows.join("");
};

// The morning as a ruler: five-minute ticks, and a pointer that moves on with every scene.
const hourAt = (clock) => 40 + (clock - 6.75) * 176;
const ruler = (clock) => {
  const ticks = Array.from({ length: 61 }, (_, i) => {
    const x = 40 + (i * 176) / 12;
    const height = i % 12 === 3 ? 13 : i % 6 === 3 ? 9 : 5;
    return `M${n(x)} 66v${height}`;
  }).join("");
  const hours = [7, 8, 9, 10, 11].map((h) =>
    text(hourAt(h) + 5, 84, `${h}`, { size: 13, kind: "soft" }),
  );
  const x = hourAt(clock);
  return (
    path("M40 66H920", "thin faint") +
    path(ticks, "thin faint") +
    hours.join("") +
    plain(hourAt(7), 64, x - hourAt(7), 4, "solid") +
    `<path class="red" d="M${n(x)} 66l-8-13h16z"/>`
  );
};
const brand = (x, y) =>
  `<path class="solid" fill-rule="evenodd" transform="translate(${x} ${y})" d="M2 0h28a2 2 0 0 1 2 2v28a2 2 0 0 1-2 2H2a2 2 0 0 1-2-2V2a2 2 0 0 1 2-2zm3 7v6h8.5v14h5V13H27V7h-2v3h-1.5V7h-3v3H19V7h-3v3h-1.5V7h-3v3H10V7z"/>` +
  text(x + 44, y + 25, "Taller", { kind: "serif", size: 28 });
const clockWords = (clock) => {
  const minutes = Math.round(clock * 60);
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}`;
};
const header = (scene, before, t) => {
  const now = mix(before, scene.clock, after(t, 0.2, 1));
  const words = scene.heading
    ? text(40, 44, clockWords(scene.clock), { kind: "serif blue", size: 34 }) +
      text(146, 44, scene.heading, { kind: "serif", size: 34 })
    : brand(40, 16);
  return words + ruler(now);
};
