import { block, change, changeWithUndo, reset } from "./actions.js";
import { get } from "./api.js";
import { advance, goToNextTimer, nextTimer, statusIn, stepOf, until } from "./deck.js";
import { button, count, h, icon, moment, panel, plural, segment, shortenAll, span, story, timeOfDay } from "./dom.js";
import { linkTo, now, read, state } from "./state.js";
import { table } from "./table.js";

export async function load() {
  const [scenario, expectations, arrivals, snapshots, bundled] = await Promise.all(
    [...["/scenario", "/expectations", "/arrivals", "/snapshots"].map(read), get("scenarios")]);
  return { scenario, expectations, arrivals, snapshots, bundled };
}

export function render({ scenario, expectations, arrivals, snapshots, bundled }) {
  const account = state.account;
  return [
    h(".title", h("h1", "Scenario and clock"), h("span.grow"),
      button("Snapshot", () => change("POST", "/snapshots", {}, "A snapshot is stored as “latest”.")),
      button("Reset", reset, { class: "harm" })),
    h(".cols.even", { key: "cols" },
      h(".cols", renderClock(account), arrivals.length ? renderArrivals(arrivals) : "", snapshots.length ? renderSnapshots(snapshots) : ""),
      h(".cols", renderScenario(account, scenario, expectations), renderBundled(account, bundled))),
  ];
}

function renderClock(account) {
  const timer = nextTimer();
  const rate = account.clock.mode === "scaled" ? String(account.clock.rate) : account.clock.mode;
  const choices = [["frozen", "Frozen"], ["real", "Real"], ["60", "60×"]];
  if (!choices.some(([value]) => value === rate)) choices.push([rate, `${rate}×`]);
  const choose = (value) => change("POST", "/clock", /^[\d.]+$/.test(value) ? { mode: "scaled", rate: Number(value) } : { mode: value });
  const step = (label, duration) => button(label, () => advance(duration));
  return panel("Clock", [h("span.dim", timeOfDay(now())), h("span.grow"), segment("Pace", choices, rate, choose)],
    h(".pad", h(".row.wrap",
      button([icon("next"), timer ? `To the next timer: ${span(Date.parse(timer.due) - now())}` : "No timer waits"], goToNextTimer, { class: "first", disabled: !timer }),
      step("+1 s", "1s"), step("+30 s", "30s"), step("+5 min", "5m"))),
    h("h3.sub-head", "What will happen if time passes and nobody asks"), renderFuture(account));
}

function renderFuture(account) {
  const nexts = new Map(account.timelines.map((timeline) => [timeline.recording, timeline]));
  const timed = new Set();
  const rows = account.timers.slice(0, 12).map((timer, index) => {
    const name = stepOf(timer);
    const timeline = nexts.get(name);
    if (timeline) timed.add(name);
    const status = statusIn(timeline?.next);
    return [until(timer.due), status || (timer.what.startsWith("callback") ? "callback" : "next"), status || "blue",
      timeline ? [h("a.go", { href: linkTo("recordings", timeline.sid) }, shortenAll(name)), `: ${timeline.next}`] : shortenAll(timer.what), moment(timer.due, now()), index];
  });
  const waiting = account.timelines.filter((own) => !timed.has(own.recording) && /signal/.test(own.waits_for)).slice(0, 8).map((own) => {
    const signal = /signal (\S+)/.exec(own.waits_for)[1];
    return ["never", "paused", "amber", `${shortenAll(own.recording)} waits: ${own.waits_for}, then ${own.next}`,
      button("Send it", () => change("POST", "/signals", { name: signal, recording: own.sid }), { "aria-label": `Send ${signal} to ${own.recording}` }), own.sid];
  });
  if (!rows.length && !waiting.length) return h("p.pad.dim", "Nothing: no timer and no timeline waits.");
  return [story([...rows, ...waiting]), account.timer_count > rows.length && h("p.pad.dim", `${plural(account.timer_count, "timer")} in all`)];
}

const renderSnapshots = (snapshots) => panel("Snapshots", "", story(snapshots.map(({ name, at }) => [timeOfDay(at), "next", "", name,
  button("Roll back", () => change("POST", "/rollback", { name }, `The account is as it was in “${name}”.`), { "aria-label": `Roll back to ${name}` }), name])));

const toText = (found) => JSON.stringify(found, (_, value) =>
  (value == null || value === "" || (typeof value === "object" && !Object.keys(value).length) ? undefined : value), 2);

const describe = (rule) => Object.entries(rule).map(([name, value]) => `${name} ${typeof value === "object" ? JSON.stringify(value) : value}`).join(", ");

const renderArrivals = (arrivals) => panel("Arrivals", h("span.dim", plural(arrivals.length, "rule")),
  table("Arrivals", [["#", "num dim", (rule) => rule.number], ["Rule", "fill", (rule) => h("code", { title: describe(rule.arrival) }, describe(rule.arrival))],
    ["Arrived", "num", (rule) => count(rule.arrived)], ["Next", "num lo", (rule) => (rule.next ? moment(rule.next, now()) : h("span.dim", "over"))],
    ["", "num", (rule) => button("End", () => changeWithUndo("DELETE", `/arrivals/${rule.number}`, undefined, "The arrivals have ended."), { class: "bare harm", "aria-label": `End rule ${rule.number}` })]],
  arrivals));

function renderScenario(account, scenario, expectations) {
  if (!account.scenario) return panel("No scenario", "", h("p.pad", "The account has its generated recordings only, and nothing happens by itself. Arm a scenario below."));
  return panel(account.scenario, [h("span.grow"), button("Disarm", () => changeWithUndo("DELETE", "/scenario", undefined, "The scenario is disarmed."), { class: "bare" })],
    h(".pad", scenario.about && h("p", scenario.about),
      expectations.map((own) => h("p", icon(own.is_met ? "completed" : "failed", `i ${own.is_met ? "green" : "red"}`), " ", own.why)),
      block(toText(scenario), "Scenario as JSON")));
}

const renderBundled = (account, bundled) => panel("Arm another", h("span.dim", "the account starts anew; Undo brings it back"),
  table("Bundled scenarios", [["Name", "", ({ name }) => h("code", name)], ["What it plays", "fill", ({ about }) => about],
    ["", "num", ({ name }) => button(name === account.scenario ? "Arm again" : "Arm", () => changeWithUndo("PUT", "/scenario", { name }, `${name} is armed.`), { class: "bare", "aria-label": `Arm ${name}` })]],
  bundled, { keyOf: ({ name }) => name }));
