// Faults: what the next request will meet, where rules applied, and a form that adds one.

import { block, change, changeWithUndo, page } from "./actions.js";
import { get, inAccount } from "./api.js";
import { button, h, icon, panel, segment, why } from "./dom.js";
import { count, timeOfDay } from "./format.js";
import { shortTarget } from "./requests.js";
import { linkTo, state } from "./state.js";
import { table } from "./table.js";

const NETWORK = ["connection_reset_by_peer", "empty_response", "malformed_response_chunk", "random_data_then_close", "truncated_response"];
const KINDS = [["status", "Status"], ["delay", "Delay"], ["fault", "Broken connection"], ["answers", "In turn"]];
let kind = "status";
let draft = {};

async function load(route) {
  const [rules, operations] = await Promise.all([get(inAccount(route.account, "/faults")), get("operations")]);
  return { rules, operations };
}

const words = (when) => Object.entries(when ?? {}).map(([name, value]) =>
  name === "op" ? String(value) : `${name} ${typeof value === "object" ? JSON.stringify(value) : value}`).join(", ") || "every request";

function describeThen(then) {
  if (typeof then !== "object" || then === null) return String(then);
  const parts = [];
  if (then.status) parts.push(String(then.status));
  if (then.fault) parts.push(String(then.fault));
  if (then.retry_after != null) parts.push(`Retry-After ${then.retry_after}`);
  for (const [name, value] of Object.entries(then)) {
    if (!["status", "fault", "retry_after"].includes(name)) parts.push(`${name} ${typeof value === "object" ? JSON.stringify(value) : value}`);
  }
  return parts.join(", ");
}

const describeRule = (rule) => rule.fault ? describeThen(rule.fault.then)
  : rule.sequence ? `in turn: ${rule.sequence.answers.map(describeThen).join(" → ")}`
  : `at most ${Object.entries(rule.limit).map(([name, value]) => `${name} ${value}`).join(", ")}`;

function leftOf(rule) {
  const times = rule.fault?.times;
  if (times == null) return "no limit";
  return rule.applied >= times ? h("span.dim", "spent") : `${times - rule.applied} of ${times}`;
}

const columns = [
  ["#", "num dim", (rule) => rule.number],
  ["When", "fill", (rule) => h("code", words((rule.fault ?? rule.sequence ?? {}).when))],
  ["Then", "fill", (rule) => h("b", describeRule(rule))],
  ["Applied", "lo", (rule) => [h("b", count(rule.applied)), h("span.dim", ` of ${count(rule.matched)} that matched`)]],
  ["Left", "lo", leftOf],
  ["", "num", (rule) => button("Remove", () => changeWithUndo("DELETE", `/faults/${rule.number}`, undefined, `Rule ${rule.number} is removed.`),
    { class: "bare harm", "aria-label": `Remove rule ${rule.number}`, "data-changes": true })],
];

function render({ rules, operations }) {
  const applied = state.requests.filter((request) => request.rule != null);
  return [
    h(".title", { key: "title" }, h("h1", { tabindex: "-1" }, "Faults"),
      h("span.dim", "tried from above; the first that matches is applied"), h("span.grow"),
      button("Remove all", () => changeWithUndo("DELETE", "/faults", undefined, "All faults are removed."), { class: "harm", "data-changes": true, "data-off": !rules.length })),
    rules.length ? h("section.panel", { "aria-label": "Rules", key: "rules" }, table("Fault rules", columns, rules, { keyOf: (rule) => String(rule.number) }))
      : why("What the next request will meet", "green", h("p", "No rule: every request is served.")),
    renderForm(operations),
    applied.length ? panel("Where they applied", h("span.dim", `${applied.length} of the newest ${state.requests.length} requests`),
      h("ol.story", applied.slice(0, 20).map((request) => h("li", { key: String(request.number) },
        h("time", timeOfDay(request.at)), icon("request", "g red"),
        h("span.one", h("a.go", { href: linkTo("requests", String(request.number)) }, `#${request.number}`), ` ${request.method} ${shortTarget(request.target)}: ${request.status}`),
        h("span.dim", `rule ${request.rule}`))))) : "",
  ];
}

function build(form) {
  const given = Object.fromEntries([...form].map(([name, value]) => [name, String(value).trim()]).filter(([, value]) => value));
  const when = {};
  if (given.op) when.op = given.op;
  if (given.path) when.path = given.path;
  if (given.page) when.page = Number(given.page);
  if (given.every) when.every = Number(given.every);
  const some = Object.keys(when).length ? { when } : {};
  if (kind === "answers") return { sequences: [{ ...some, answers: (given.answers ?? "500, ok").split(/[\s,]+/).filter(Boolean).map((word) => (/^\d+$/.test(word) ? Number(word) : word)) }] };
  const then = kind === "status" ? { status: Number(given.status ?? 503), ...(given.retry_after ? { retry_after: Number(given.retry_after) } : {}) }
    : kind === "delay" ? { delay: given.delay ?? "2s" } : { fault: given.fault ?? NETWORK[0] };
  const rule = { ...some, then };
  if (given.times) rule.times = Number(given.times);
  if (given.probability) rule.probability = Number(given.probability);
  return { faults: [rule] };
}

function inWords(command) {
  const rule = command.faults?.[0] ?? command.sequences[0];
  const target = rule.when ? `requests for ${words(rule.when)}` : "requests";
  if (command.sequences) return `The ${target} are answered in turn: ${rule.answers.join(", then ")}.`;
  const what = rule.then.delay ? `wait ${rule.then.delay}` : rule.then.fault ? `break: ${rule.then.fault}` : `are answered ${describeThen(rule.then)}`;
  const chance = rule.probability ? `, with probability ${rule.probability}` : "";
  return rule.times ? `The next ${rule.times} ${target} ${what}${chance}; those after are served.` : `All ${target} ${what}${chance}.`;
}

function renderForm(operations) {
  const update = (event) => { draft = build(new FormData(event.currentTarget)); page.redraw(); };
  const submit = async (event) => {
    event.preventDefault();
    await change("POST", "/faults", build(new FormData(event.currentTarget)), "The fault is added.");
  };
  const field = (label, name, hint, props = {}) => h("label", { key: name }, label, h("input", { name, placeholder: hint, autocomplete: "off", ...props }));
  const number = { inputmode: "decimal", pattern: "[0-9.]*" };
  const command = Object.keys(draft).length ? draft : build(new FormData());
  return panel("Add a fault", "", h("form.pad", { oninput: update, onsubmit: submit },
    h("h3", "When"),
    h(".fields",
      h("label", "Operation", h("select", { name: "op" }, h("option", { value: "" }, "any"), operations.map(({ name }) => h("option", { key: name }, name)))),
      field("Path", "path", "any, such as *.mp3"), field("Page", "page", "any", number), field("Every n-th", "every", "1", number)),
    h("h3", "Then"),
    h(".row", segment("Then", KINDS, kind, (value) => { kind = value; draft = {}; page.redraw(); })),
    h(".fields", { key: kind },
      kind === "status" && [field("Status", "status", "503", number), field("Retry-After, s", "retry_after", "none", number)],
      kind === "delay" && field("Delay", "delay", "2s"),
      kind === "fault" && h("label", "Fault", h("select", { name: "fault" }, NETWORK.map((name) => h("option", name)))),
      kind === "answers" && field("Answers", "answers", "500, ok"),
      kind !== "answers" && [field("Times", "times", "no limit", number), field("Probability", "probability", "1", number)]),
    why("In words", "blue", h("p", inWords(command))),
    h(".row.wrap", h("button.first", { "data-changes": true }, "Add fault")),
    block(JSON.stringify(command), "The same as JSON", { class: "block flow" })));
}

export const faults = { title: "Faults", key: "f", load, render, counts: () => ({ number: state.account?.rule_count }) };
