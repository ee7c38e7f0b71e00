import { change } from "./actions.js";
import { button, day, h, icon, patch, plural, shortenAll, span, timeOfDay } from "./dom.js";
import { now, state } from "./state.js";

const HEAD = 38;
const REACH = 60;
const SECONDS = 600;
const NEAREST_PX = 12;
const REDRAWN_EVERY_MS = 100;
const SCALE = [[-420, "−7 m"], [-60, "−1 m"], [-10, "−10 s"], [2, "+2 s"], [10, "+10 s"], [60, "+1 m"], [420, "+7 m"]];

let drawnAt = 0;
let drawnNow = 0;

function place(seconds) {
  const share = Math.log1p(Math.abs(seconds)) / Math.log1p(SECONDS);
  return seconds < 0 ? HEAD - HEAD * share : HEAD + REACH * share;
}

export const statusIn = (text) => /^(in-progress|paused|stopped|processing|completed|absent|deleted|failed)\b/.exec(text)?.[0] ?? "";

export const stepOf = (timer) => /^the next step of (.*)$/.exec(timer.what)?.[1];

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
    const step = stepOf(timer);
    if (callback) calls.push({ at: timer.due, shape: "callback", colour: "blue", name: callback[1] });
    else steps.push({ at: timer.due, shape: statusIn(next.get(step)) || "tick", name: step ?? "" });
  }
  return { steps, callbacks: calls, requests };
}

const hasNumber = (mark) => mark.many > 1 && !/tick|hit/.test(mark.shape);

function mergeMarks(marks, at, width) {
  const shown = [];
  const near = (NEAREST_PX / width) * 100;
  const placed = marks.map((mark) => ({ ...mark, seconds: (Date.parse(mark.at) - at) / 1000 }))
    .filter((mark) => Math.abs(mark.seconds) <= SECONDS)
    .map((mark) => ({ ...mark, x: place(mark.seconds), many: 1 }))
    .sort((one, other) => one.x - other.x);
  for (const mark of placed) {
    const last = shown.at(-1);
    if (last && mark.x - last.x < near * (hasNumber(last) ? 3.5 : 1) && (last.seconds < 0) === (mark.seconds < 0)) {
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
  const percent = (x) => `${x.toFixed(1)}%`;
  return h("svg", { role: "img", "aria-label": `${label}: ${marks.length}`, key: label },
    h("line.todo", { x1: "38%", x2: "100%", y1: "8", y2: "8" }),
    h("rect.past", { width: "38%", y: "1", height: "14" }),
    h("g.m", shown.map((mark) => h("use", {
      href: `#${mark.shape}`, x: percent(mark.x), y: "1", width: "14", height: "14", class: mark.colour ?? mark.shape,
    }))),
    names.map((mark) => h("text.who", { x: percent(mark.x), dx: "10", y: "12" }, mark.name)),
    shown.filter(hasNumber).map((mark) => h("text.many", { x: percent(mark.x), dx: "10", y: "12" }, mark.many)));
}

export function nextTimer() {
  const timer = state.account?.timers[0];
  if (!timer) return null;
  const step = stepOf(timer);
  const next = step && state.account.timelines.find((timeline) => timeline.recording === step)?.next;
  return { due: timer.due, what: shortenAll(next ? `${step} → ${statusIn(next) || next}` : timer.what) };
}

const tell = ({ event_count }) => `${plural(event_count, "event")} happened.`;
export const advance = (duration) => change("POST", "/clock", { advance: duration }, tell);
export const goToNextTimer = () => {
  const timer = nextTimer();
  if (timer) change("POST", "/clock", { move_to: timer.due }, tell);
};

export function drawDeck() {
  const account = state.account;
  if (!account) return;
  const deck = document.querySelector("#deck");
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
        button([icon("next"), h("span", "Next", h("span.long", timer ? `: ${span(Date.parse(timer.due) - at)}` : ""))], goToNextTimer,
          { disabled: !timer })),
      h("span.dim.long.one", timer?.what ?? "nothing waits")),
  ]);
}

export function moveDeck() {
  if (!state.account || document.hidden || performance.now() - drawnAt < REDRAWN_EVERY_MS) return;
  const at = now();
  if (at === drawnNow) return;
  drawDeck();
  moveTapes();
  for (const own of document.querySelectorAll("[data-until]")) {
    patch(own, span(Date.parse(own.dataset.until) - at));
  }
}

const MAX_NOTCHES = 12;
const GATE = "42%";
const currentOf = (steps) => steps.findLastIndex((step) => step.state === "done");
const line = (kind) => h("path", { class: kind, d: "M0 6H4000" });
const countOf = (trigger) => Object.entries(trigger ?? {}).find(([, value]) => typeof value === "number");
const svg = (...kids) => h("svg.run", { "aria-hidden": "true" }, kids);

const notches = (met, due) => svg(Array.from({ length: due }, (_, index) =>
  h(`rect.notch${index < met ? ".met" : ""}`, { x: `${((index + 0.1) * 97) / due}%`, y: "2.5", width: `${(80 / due).toFixed(1)}%`, height: "7" })));

const drawnTrigger = (step) => step.triggers.find((own) => own.seen != null) ?? step.triggers.find((own) => own.due) ?? step.triggers[0];

const shareOf = (since, due) => Math.min(100, Math.max(0, ((now() - Date.parse(since)) / (Date.parse(due) - Date.parse(since) || 1)) * 100));

function drawRun(timeline, kind, next) {
  const counted = countOf(kind === "past" ? next.entered_by : drawnTrigger(next)?.trigger);
  if (kind === "past") return counted && counted[1] <= MAX_NOTCHES ? notches(counted[1], counted[1]) : svg(line("ran"));
  if (kind === "todo") return svg(line("left"));
  const trigger = drawnTrigger(next);
  if (counted && trigger.seen != null && counted[1] <= MAX_NOTCHES) return notches(trigger.seen, counted[1]);
  const share = trigger?.due ? `${shareOf(timeline.since, trigger.due)}%` : GATE;
  const run = trigger?.due ? { "data-since": timeline.since, "data-due": trigger.due } : {};
  return svg(line("left"), h("svg", { width: share, ...run }, line("ran")),
    h("svg", { x: share, overflow: "visible", ...run }, h("path.at", { d: trigger?.due ? "M0 1V11" : "M0 1V11M6 1V11" })));
}

export const until = (due) => h("span", { "data-until": due }, span(Date.parse(due) - now()));

export const waitOf = (step) => step.triggers.filter((own) => !own.is_met).map((own) => {
  const counted = countOf(own.trigger);
  return counted && own.seen != null ? `${counted[1] - own.seen} ${counted[0]}` : own.due ? until(own.due) : own.what;
}).flatMap((part, index) => (index ? [step.after?.all ? " and " : " or ", part] : [part]));

export const nextOf = (timeline) => timeline.steps.find((step) => step.state === "next");

export function tape(timeline, isBig = false) {
  const current = currentOf(timeline.steps);
  return h(`ol.tape${isBig ? ".big" : ""}`, { "aria-label": "Timeline" }, timeline.steps.map((step, index) => {
    const next = timeline.steps[index + 1];
    const kind = index < current ? "past" : index === current ? "here" : "todo";
    const lasted = next?.entered && step.entered ? span(Date.parse(next.entered) - Date.parse(step.entered)) : "";
    const label = !next ? step.status ?? step.what : kind === "past" ? lasted : next.waits_for;
    const how = step.is_by_hand ? "by hand" : step.waits_for;
    return h(`li.${kind}`, { "aria-current": kind === "here" ? "step" : null, key: step.number },
      icon(step.status ?? "callback", `g ${kind === "here" ? step.status ?? "" : ""}`), next ? drawRun(timeline, kind, next) : h("span"),
      h("span.lab", isBig ? step.status ?? step.what : label),
      isBig && h("span.lab", [step.entered && timeOfDay(step.entered), how, lasted && `lasted ${lasted}`, step.callbacks.length && "callback"].filter(Boolean).join(" · ")));
  }));
}

function moveTapes() {
  for (const own of document.querySelectorAll("[data-due]")) {
    const share = `${shareOf(own.dataset.since, own.dataset.due)}%`;
    own.setAttribute(own.hasAttribute("x") ? "x" : "width", share);
  }
}
