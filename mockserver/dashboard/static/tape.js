import { h, icon } from "./dom.js";
import { span, timeOfDay } from "./format.js";
import { now } from "./state.js";

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

export const waitOf = (step) => step.triggers.filter((own) => !own.is_met).map((own) => {
  const counted = countOf(own.trigger);
  return counted && own.seen != null ? `${counted[1] - own.seen} ${counted[0]}` : own.due ? h("span", { "data-until": own.due }, span(Date.parse(own.due) - now())) : own.what;
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

export function moveTapes() {
  for (const own of document.querySelectorAll("[data-due]")) {
    const share = `${shareOf(own.dataset.since, own.dataset.due)}%`;
    own.setAttribute(own.hasAttribute("x") ? "x" : "width", share);
  }
}
