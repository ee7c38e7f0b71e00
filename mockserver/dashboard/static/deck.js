import { change } from "./actions.js";
import { button, h, icon, patch } from "./dom.js";
import { day, plural, span, timeOfDay } from "./format.js";
import { now, state } from "./state.js";
import { moveTapes } from "./tape.js";

const HEAD = 38;
const REACH = 60;
const SECONDS = 600;
const NEAREST_PX = 12;
const REDRAWN_EVERY_MS = 100;
const STATUSES = new Set("in-progress paused stopped processing completed absent deleted failed".split(" "));
const SCALE = [[-420, "−7 m"], [-60, "−1 m"], [-10, "−10 s"], [2, "+2 s"], [10, "+10 s"], [60, "+1 m"], [420, "+7 m"]];

let drawnAt = 0;
let drawnNow = 0;

function place(seconds) {
  const share = Math.log1p(Math.abs(seconds)) / Math.log1p(SECONDS);
  return seconds < 0 ? HEAD - HEAD * share : HEAD + REACH * share;
}

export const statusIn = (text) => {
  const word = /^[a-z-]+/.exec(text ?? "")?.[0] ?? "";
  return STATUSES.has(word) ? word : "";
};

function collectMarks() {
  const account = state.account;
  const next = new Map(account.timelines.map((timeline) => [timeline.recording, timeline.next]));
  const steps = state.events.filter((event) => event.kind === "step")
    .map((event) => ({ at: event.at, shape: statusIn(event.what) || "tick", name: event.subject }));
  const calls = state.callbacks.flatMap((callback) => callback.attempts.map((attempt) => ({
    at: attempt.at, shape: "callback", colour: attempt.status >= 200 && attempt.status < 300 ? "green" : "red", name: callback.recording,
  })));
  const requests = state.requests.map((request) => ({
    at: request.at, shape: request.status >= 400 ? "hit" : "tick", colour: request.status >= 400 ? "red" : "", name: "",
  }));
  for (const timer of account.timers.slice(0, 100)) {
    const callback = /^callback \S+ of (.*?)(, again)?$/.exec(timer.what);
    const step = /^the next step of (.*)$/.exec(timer.what);
    if (callback) calls.push({ at: timer.due, shape: "callback", colour: "blue", name: callback[1] });
    else steps.push({ at: timer.due, shape: statusIn(next.get(step?.[1])) || "tick", name: step?.[1] ?? "" });
  }
  return { steps, callbacks: calls, requests };
}

function mergeMarks(marks, at, width) {
  const shown = [];
  const near = (NEAREST_PX / width) * 100;
  const placed = marks.map((mark) => ({ ...mark, seconds: (Date.parse(mark.at) - at) / 1000 }))
    .filter((mark) => Math.abs(mark.seconds) <= SECONDS)
    .map((mark) => ({ ...mark, x: place(mark.seconds), many: 1 }))
    .sort((one, other) => one.x - other.x);
  for (const mark of placed) {
    const last = shown.at(-1);
    if (last && mark.x - last.x < near && (last.seconds < 0) === (mark.seconds < 0)) {
      last.many += 1;
      if (mark.colour === "red" || mark.shape === "hit") Object.assign(last, { shape: mark.shape, colour: mark.colour });
    } else shown.push({ ...mark });
  }
  return shown;
}

function drawLane(label, marks, at, width, hasNames) {
  const shown = mergeMarks(marks, at, width);
  const names = hasNames ? shown.filter((mark, index) => {
    const room = ((shown[index + 1]?.x ?? 98) - mark.x) / 100 * width;
    return mark.seconds > 0 && mark.name && mark.many === 1 && room > 20 + mark.name.length * 6.5;
  }) : [];
  const percent = (x) => `${x.toFixed(2)}%`;
  return h("svg", { role: "img", "aria-label": `${label}: ${marks.length}`, key: label },
    h("line.todo", { x1: "38%", x2: "100%", y1: "8", y2: "8" }),
    h("rect.past", { width: "38%", y: "1", height: "14" }),
    h("g.m", shown.map((mark) => h("use", {
      href: `#${mark.shape}`, x: percent(mark.x), y: "1", width: "14", height: "14", class: mark.colour ?? mark.shape,
    }))),
    names.map((mark) => h("text.who", { x: percent(mark.x), dx: "12", y: "12" }, mark.name)),
    shown.filter((mark) => mark.many > 1 && mark.shape !== "tick" && mark.shape !== "hit").map((mark) =>
      h("text.many", { x: percent(mark.x), dx: mark.many > 9 ? "-24" : "-18", y: "12" }, mark.many)));
}

export function nextTimer() {
  const timer = state.account?.timers[0];
  if (!timer) return null;
  const step = /^the next step of (.*)$/.exec(timer.what)?.[1];
  const next = step && state.account.timelines.find((timeline) => timeline.recording === step)?.next;
  return { due: timer.due, what: next ? `${step} → ${statusIn(next) || next}` : timer.what };
}

const tell = ({ event_count }) => `${plural(event_count, "event")} happened.`;
export const advance = (duration) => change("POST", "/clock", { advance: duration }, tell);
export const goToNextTimer = () => {
  const timer = nextTimer();
  if (timer) change("POST", "/clock", { move_to: timer.due }, tell);
};

export function drawDeck(deck) {
  const account = state.account;
  if (!account) return;
  const at = now();
  [drawnAt, drawnNow] = [performance.now(), at];
  const lanes = collectMarks();
  const width = deck.querySelector(".tracks")?.clientWidth || 700;
  const timer = nextTimer();
  const { mode, rate } = account.clock;
  patch(deck, [
    h("p.clock", h("b", timeOfDay(at)),
      h("span", `${day(at)} UTC · ${mode === "scaled" ? `${rate}×` : mode}`)),
    h("figure.reel", { "aria-label": "Tape: ten minutes back and ahead" },
      h(".names", { "aria-hidden": "true" }, Object.keys(lanes).map((name) => h("div", name))),
      h(".tracks",
        Object.entries(lanes).map(([name, marks]) => drawLane(name, marks, at, width, name === "steps")),
        h("svg.scale", { "aria-hidden": "true" }, SCALE.map(([seconds, word]) =>
          h("text", { x: `${place(seconds).toFixed(1)}%`, y: "12" }, word))),
        h(".head"))),
    h(".then",
      h(".row",
        button("+30 s", () => advance("30s")),
        h("button", { type: "button", onclick: goToNextTimer, disabled: !timer }, icon("next"),
          h("span", "Next", h("span.long", timer ? `: ${span(Date.parse(timer.due) - at)}` : "")))),
      h("span.dim.long.one", timer ? timer.what : "nothing waits")),
  ]);
}

export function moveDeck() {
  const deck = document.querySelector("#deck");
  if (!deck || !state.account || document.hidden || performance.now() - drawnAt < REDRAWN_EVERY_MS) return;
  const at = now();
  if (at === drawnNow) return;
  drawDeck(deck);
  moveTapes();
  for (const own of document.querySelectorAll("[data-until]")) {
    own.textContent = span(Date.parse(own.dataset.until ?? "") - at);
  }
}
