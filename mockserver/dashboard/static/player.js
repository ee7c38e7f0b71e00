import { page } from "./actions.js";
import { inAccount, urlOf } from "./api.js";
import { button, h, icon, length, panel, segment } from "./dom.js";
import { state } from "./state.js";

const [WIDTH, HEIGHT] = [800, 40];
let audio = null;
let drawn = -1;

function prepare(sid) {
  const src = urlOf(inAccount(state.route.account, `/recordings/${sid}/media.wav`));
  if (audio?.getAttribute("src") === src) return;
  audio?.pause();
  audio = new Audio();
  Object.assign(audio, { preload: "none", src, onplay: move, onpause: page.redraw, onended: page.redraw });
}

function move() {
  page.redraw();
  if (audio.paused) return;
  const step = () => {
    if (audio.paused || !document.querySelector(".player")) return audio.pause();
    if (Math.abs(audio.currentTime - drawn) > 0.05) page.redraw();
    requestAnimationFrame(step);
  };
  step();
}

export const skip = (seconds) => seek(audio.currentTime + seconds);

const toggle = () => (audio.paused ? audio.play().catch(() => {}) : audio.pause());

function seek(seconds) {
  audio.currentTime = Math.max(0, seconds);
  page.redraw();
}

function drawChannel(values, loudest, at) {
  const column = WIDTH / values.length;
  const path = (from, to) => values.slice(from, to).map((value, index) => {
    const half = Math.max(0.5, (value / loudest) * (HEIGHT / 2 - 2));
    return `M${((from + index + 0.5) * column).toFixed(1)} ${(HEIGHT / 2 - half).toFixed(1)}v${(half * 2).toFixed(1)}`;
  }).join("");
  const run = Math.round(at * values.length);
  const line = { "vector-effect": "non-scaling-stroke" };
  return h("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", "aria-hidden": "true" },
    h("path.left", { ...line, d: path(run) }), h("path.ran", { ...line, d: path(0, run) }),
    h("line.head", { ...line, x1: at * WIDTH, x2: at * WIDTH, y2: HEIGHT }));
}

export function renderPlayer(sid, waveform, { turns }) {
  prepare(sid);
  drawn = audio.currentTime;
  const { seconds, channels } = waveform;
  const loudest = Math.max(0.01, ...channels.flat());
  const isNow = (own) => drawn >= own.start && drawn < own.end && (drawn > 0 || !audio.paused);
  return panel("Sound", [h("span.dim.grow", `${channels.length === 2 ? "two channels" : "one channel"}, playing it here counts nothing`),
    segment("Speed", [[1, "1×"], [1.5, "1.5×"], [2, "2×"]], audio.playbackRate, (rate) => { audio.playbackRate = rate; page.redraw(); })],
  h(".pad", h(".player",
    button(icon(audio.paused ? "play" : "paused"), toggle, { class: "play first", "aria-label": audio.paused ? "Play" : "Pause" }),
    h(".wave", { onclick: (event) => seek((event.offsetX / event.currentTarget.clientWidth) * seconds) }, channels.map((values) => drawChannel(values, loudest, drawn / seconds))),
    h("span.dim", length(drawn)), h("span.dim.num", length(seconds)))),
  h("ol.turns", turns.map((turn) => h("li", { class: isNow(turn) ? "now" : null, key: turn.start },
    button(length(turn.start), () => seek(turn.start), { class: "t", "aria-label": `Seek to ${length(turn.start)}` }), h("span.dim", `ch ${turn.channel}`),
    h("span.said", isNow(turn) ? turn.words.map((word) => [h(isNow(word) ? "b" : "span", word.text), " "]) : turn.text || `keys ${turn.digits}`)))));
}
