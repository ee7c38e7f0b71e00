// Scenario and clock: what will happen if nobody does anything, and what is armed.

import { block, change, changeWithUndo } from "./actions.js";
import { get, inAccount } from "./api.js";
import { advance, goToNextTimer, nextTimer, statusIn } from "./deck.js";
import { button, h, icon, panel, segment } from "./dom.js";
import { count, moment, plural, span, timeOfDay } from "./format.js";
import { linkTo, now, state } from "./state.js";
import { table } from "./table.js";

let lastMove = null;

async function load(route) {
  const account = inAccount(route.account);
  const [scenario, expectations, arrivals, faults, bundled] = await Promise.all(
    [...["/scenario", "/expectations", "/arrivals", "/faults"].map((path) => account + path), "scenarios"].map(get));
  return { scenario, expectations, arrivals, bundled, limits: faults.filter((rule) => rule.limit) };
}

async function move(promise) {
  const found = await promise;
  if (found?.events) lastMove = { ...found, at: now() };
}

function render({ scenario, expectations, arrivals, limits, bundled }) {
  const account = state.account;
  return [
    h(".title", { key: "title" }, h("h1", { tabindex: "-1" }, "Scenario and clock"), h("span.grow"),
      button("Snapshot", () => change("POST", "/snapshots", {}, "A snapshot is stored as “latest”."), { "data-changes": true }),
      button("Roll back", () => change("POST", "/rollback", {}, "The account is as it was in “latest”."), { "data-changes": true }),
      button("Reset", () => changeWithUndo("POST", "/reset", undefined, "The account is as it was at first."), { class: "harm", "data-changes": true })),
    h(".cols.even", { key: "cols" },
      h(".cols", renderClock(account), arrivals.length ? renderArrivals(arrivals) : "", limits.length ? renderLimits(limits) : ""),
      h(".cols", renderScenario(account, scenario, expectations), renderBundled(account, bundled))),
  ];
}

function renderClock(account) {
  const timer = nextTimer();
  const rate = account.clock.mode === "scaled" ? String(account.clock.rate) : account.clock.mode;
  const choices = [["frozen", "Frozen"], ["real", "Real"], ["60", "60×"]];
  if (!choices.some(([value]) => value === rate)) choices.push([rate, `${rate}×`]);
  const choose = (value) => move(change("POST", "/clock", /^[\d.]+$/.test(value) ? { mode: "scaled", rate: Number(value) } : { mode: value }));
  const step = (label, duration) => button(label, () => move(advance(duration)), { "data-changes": true });
  return panel("Clock", [h("span.dim", timeOfDay(now())), h("span.grow"), segment("Pace", choices, rate, choose)],
    h(".pad", h(".row.wrap",
      h("button", { type: "button", class: "first", "data-changes": true, "data-off": !timer, onclick: () => move(goToNextTimer()) }, icon("next"), timer ? `To the next timer: ${span(Date.parse(timer.due) - now())}` : "No timer waits"),
      step("+1 s", "1s"), step("+30 s", "30s"), step("+5 min", "5m"))),
    h("h3.sub-head", "What will happen if time passes and nobody asks"), renderFuture(account),
    h("h3.sub-head", "What happened in the last move"),
    lastMove ? renderEvents(lastMove.events, lastMove.event_count) : h("p.pad.dim", "Nothing was moved from this page yet."));
}

function renderFuture(account) {
  const nexts = new Map(account.timelines.map((timeline) => [timeline.recording, timeline]));
  const timed = new Set();
  const rows = account.timers.slice(0, 12).map((timer, index) => {
    const name = /^the next step of (.*)$/.exec(timer.what)?.[1];
    const timeline = nexts.get(name);
    if (timeline) timed.add(name);
    const status = statusIn(timeline?.next);
    return h("li", { key: `t${index}` }, h("time", { "data-until": timer.due }, span(Date.parse(timer.due) - now())),
      icon(status || (timer.what.startsWith("callback") ? "callback" : "next"), `g ${status || "blue"}`),
      h("span", timeline ? [h("a.go", { href: linkTo("recordings", timeline.sid) }, name), `: ${timeline.next}`] : timer.what),
      h("span.dim", moment(timer.due, now())));
  });
  const waiting = account.timelines.filter((timeline) => !timed.has(timeline.recording) && /signal/.test(timeline.waits_for)).slice(0, 8).map((timeline) => {
    const signal = /signal (\S+)/.exec(timeline.waits_for)?.[1];
    return h("li.to-come", { key: timeline.sid }, h("span.dim", "never"), icon("paused", "g amber"),
      h("span", `${timeline.recording} waits: ${timeline.waits_for}, then ${timeline.next}`),
      button("Send it", () => change("POST", "/signals", { name: signal, recording: timeline.sid }, `Signal ${signal} was sent.`), { "aria-label": `Send ${signal} to ${timeline.recording}`, "data-changes": true }));
  });
  if (!rows.length && !waiting.length) return h("p.pad.dim", "Nothing: no timer and no timeline waits.");
  const more = account.timer_count - rows.length;
  return h("ol.story", rows, waiting, more > 0 && h("li", h("span"), h("span"), h("span.dim", `and ${plural(more, "timer")} more`), h("span")));
}

const renderEvents = (events, number) => (events.length ? h("ol.story", events.slice(0, 30).map((event) => {
  const status = statusIn(event.what);
  return h("li", { key: String(event.serial) }, h("time", timeOfDay(event.at)), icon(status || (event.kind === "callback" ? "callback" : "next"), `g ${status}`),
    h("span.one", `${event.subject}: ${event.what}`), h("span.dim", event.kind));
}), number > 30 && h("li", h("span"), h("span"), h("span.dim", `and ${plural(number - 30, "event")} more`), h("span")))
  : h("p.pad.dim", "Nothing was due."));

const toText = (found) => JSON.stringify(found, (_, value) =>
  (value == null || value === "" || (typeof value === "object" && !Object.keys(value).length) ? undefined : value), 2);

const describe = (rule) => Object.entries(rule).map(([name, value]) => `${name} ${typeof value === "object" ? JSON.stringify(value) : value}`).join(", ");

const renderArrivals = (arrivals) => panel("Arrivals", h("span.dim", plural(arrivals.length, "rule")),
  table("Arrivals", [["#", "num dim", (rule) => rule.number], ["Rule", "fill", (rule) => h("code", { title: describe(rule.arrival) }, describe(rule.arrival))],
    ["Arrived", "num", (rule) => count(rule.arrived)], ["Next", "num lo", (rule) => (rule.next ? moment(rule.next, now()) : h("span.dim", "over"))],
    ["", "num", (rule) => button("End", () => changeWithUndo("DELETE", `/arrivals/${rule.number}`, undefined, "The arrivals have ended."), { class: "bare harm", "aria-label": `End rule ${rule.number}` })]],
  arrivals, { keyOf: (rule) => String(rule.number) }));

const renderLimits = (limits) => panel("Rates", h("a.go", { href: linkTo("faults") }, "all rules"),
  table("Rates", [["Limit", "fill", (rule) => h("code", describe(rule.limit))], ["Refused", "num", (rule) => count(rule.applied)]], limits, { keyOf: (rule) => String(rule.number) }));

function renderScenario(account, scenario, expectations) {
  if (!account.scenario) return panel("No scenario", "", h("p.pad", "The account has its generated recordings only, and nothing happens by itself. Arm a scenario below."));
  return panel(account.scenario, [h("span.grow"), button("Disarm", () => changeWithUndo("DELETE", "/scenario", undefined, "The scenario is disarmed."), { class: "bare", "data-changes": true })],
    h(".pad", scenario.about && h("p", scenario.about),
      expectations.length > 0 && h("table.loose", h("thead", h("tr", h("th", { scope: "col" }, "Expected"), h("th", { scope: "col" }, "So far"))),
        h("tbody", expectations.map((own) => h("tr", h("td", h("code", describe(own.expectation))),
          h("td", icon(own.is_met ? "completed" : "failed", `i ${own.is_met ? "green" : "red"}`), " ", own.why))))),
      block(toText(scenario), "Scenario as JSON")));
}

const renderBundled = (account, bundled) => panel("Arm another", h("span.dim", "the account starts anew; Undo brings it back"),
  table("Bundled scenarios", [["Name", "", ({ name }) => h("code", name)], ["What it plays", "fill", ({ about }) => about],
    ["", "num", ({ name }) => button(name === account.scenario ? "Arm again" : "Arm", () => changeWithUndo("PUT", "/scenario", { name }, `${name} is armed.`), { class: "bare", "aria-label": `Arm ${name}`, "data-changes": true })]],
  bundled, { keyOf: ({ name }) => name }));

export const scenario = { title: "Scenario and clock", nav: "Scenario", key: "s", load, render };
