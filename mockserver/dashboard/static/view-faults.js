import { change, changeWithUndo, page, removeFaults } from "./actions.js";
import { get } from "./api.js";
import { button, count, h, panel, segment, why } from "./dom.js";
import { linkTo, read, state } from "./state.js";
import { table } from "./table.js";

const NETWORK = ["connection_reset_by_peer", "empty_response", "malformed_response_chunk", "random_data_then_close", "truncated_response"];
const KINDS = [["status", "Status"], ["delay", "Delay"], ["fault", "Broken connection"], ["answers", "In turn"]];
let kind = "status";
let draft = {};

export async function load() {
  const [rules, operations] = await Promise.all([read("/faults"), get("operations")]);
  return { rules, operations };
}

const show = (value) => (typeof value === "object" ? JSON.stringify(value) : String(value));
const words = (when) => Object.entries(when ?? {}).map(([name, value]) => (name === "op" ? value : `${name} ${show(value)}`)).join(", ") || "every request";
const describeThen = (then) => (typeof then === "object" ? Object.entries(then).map(([name, value]) =>
  (/^(status|fault)$/.test(name) ? value : `${name === "retry_after" ? "Retry-After" : name} ${show(value)}`)).join(", ") : String(then));

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
  ["When", "wrap", (rule) => h("code", words((rule.fault ?? rule.sequence ?? {}).when))],
  ["Then", "wrap", (rule) => h("b", describeRule(rule))],
  ["Applied", "lo", (rule) => [h("b", count(rule.applied)), ` of ${count(rule.matched)} that matched`]],
  ["Left", "lo", leftOf],
  ["", "num", (rule) => button("Remove", () => changeWithUndo("DELETE", `/faults/${rule.number}`, undefined, `Rule ${rule.number} is removed.`),
    { class: "bare harm", "aria-label": `Remove rule ${rule.number}` })],
];

export function render({ rules, operations }) {
  return [
    h(".title", h("h1", "Faults"),
      h("span.dim", "tried from above; the first that matches is applied"), h("a.go", { href: linkTo("requests", "", { show: "rule" }) }, "where they applied"), h("span.grow"),
      button("Remove all", removeFaults, { class: "harm", disabled: !rules.length })),
    rules.length ? h("section.panel", { "aria-label": "Rules", key: "rules" }, table("Fault rules", columns, rules))
      : why("What the next request will meet", "green", h("p", "No rule: every request is served.")),
    renderForm(operations),
  ];
}

const toValue = (text) => (/^[\d.]+$/.test(text) ? Number(text) : text);

function build(form) {
  const given = Object.fromEntries([...form].map(([name, value]) => [name, toValue(value.trim())]).filter(([, value]) => value !== ""));
  const pick = (...names) => Object.fromEntries(names.filter((name) => name in given).map((name) => [name, given[name]]));
  const when = pick("op", "path", "page", "every");
  const some = Object.keys(when).length ? { when } : {};
  if (kind === "answers") return { sequences: [{ ...some, answers: String(given.answers ?? "500, ok").split(/[\s,]+/).filter(Boolean).map(toValue) }] };
  const defaults = { status: 503, delay: "2s", fault: NETWORK[0] };
  return { faults: [{ ...some, then: { [kind]: given[kind] ?? defaults[kind], ...pick("retry_after") }, ...pick("times", "probability") }] };
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
    h(".row.wrap", h("button.first", "Add fault"))));
}
