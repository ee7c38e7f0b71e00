import { block, page } from "./actions.js";
import { get, origin } from "./api.js";
import { colourOf, details, facts, h, panel, plural, segment, why } from "./dom.js";
import { writeProgram } from "./programs.js";
import { linkTo, read, state } from "./state.js";
import { isFound, searchField } from "./table.js";

const MAX_SHOWN = 20000;
const MAX_FIELDS = 12;
let [wire, language, answer, values] = ["twilio", "curl", null, { call_sid: `CA${"0".repeat(31)}1` }];

export async function load(route) {
  const operations = await get("operations");
  const operation = operations.find(({ name }) => name === route.id) ?? operations[0];
  if (answer?.name !== operation.name) answer = null;
  values.sid ??= state.account?.timelines[0]?.sid;
  return { operations, operation };
}

export const render = ({ operations, operation }) => [
  h(".title", h("h1", "Try it"), h("span.dim", "real requests: they count, are journaled, and faults apply to them")),
  h(".cols.try", renderOperations(operations, operation), renderForm(operation), answer && renderAnswer()),
];

const groupOf = ({ path }) => path.split("/").slice(4).map((part) => part.replace(/\.\w+$/, "")).filter((part) => !/^\{/.test(part)).join(" / ") || "Account";

const wordFor = (name) => {
  const words = name.split("_");
  const word = /^(media|data)$/.test(words.at(-1)) ? words.at(-1) : words[0];
  return word[0].toUpperCase() + word.slice(1);
};

function renderOperations(operations, current) {
  const found = operations.filter((own) => isFound(own.name, own.path));
  return h("nav.panel.ops", { "aria-label": "Operations" }, h(".pad", searchField("Find an operation", "Find"),
    [...new Set(found.map(groupOf))].map((group) => [h("h2", { key: group }, group), h("ul", { key: `of ${group}` },
      found.filter((own) => groupOf(own) === group).map(({ name }) => h("li", { key: name },
        h("a.btn.bare", { href: linkTo("try", name), "aria-current": name === current.name ? "true" : null }, wordFor(name)))))])));
}

function renderForm(operation) {
  const given = collect(operation);
  const update = ({ target }) => { values = { ...values, [target.name]: target.value.trim() }; page.redraw(); };
  const send = (event) => { event.preventDefault(); sendRequest(operation, given); };
  const field = (name) => h("label", { key: name }, name, h("input.mono", { name, autocomplete: "off", value: values[name] ?? "" }));
  const names = [...operation.path.matchAll(/\{(\w+)\}/g)].map((found) => found[1]).filter((name) => name !== "account_sid");
  return panel(operation.name, h("code.dim.one", operation.method), h("form.pad", {
    key: operation.name, oninput: update, onsubmit: send, onkeydown: (event) => { if (event.key === "Enter" && event.ctrlKey) send(event); },
  },
  names.map(field), h(".fields", operation.parameters.slice(0, MAX_FIELDS).map(field)),
  h(".row.wrap", h("button.first", "Send"), h("kbd", "Ctrl Enter"), h("span.grow"),
    segment("Wire", [["twilio"], ["schema"]], wire, (chosen) => { wire = chosen; page.redraw(); })),
  h(".row.wrap", h("h3.grow", "The same as"),
    segment("Language", [["curl"], ["python", "Python"], ["node", "Node"], ["ruby", "Ruby"]], language, (chosen) => { language = chosen; page.redraw(); })),
  block(writeProgram(language, operation, given.values, state.account, given.target), "Program")));
}

const collect = (operation) => ({
  target: origin + operation.path.replaceAll(/\{(\w+)\}/g, (_, name) => encodeURIComponent(name === "account_sid" ? state.account.account_sid : values[name] ?? "")),
  values: Object.fromEntries(operation.parameters.map((name) => [name, values[name]]).filter(([, value]) => value)),
});

async function sendRequest({ name, method }, given) {
  const { account_sid, auth_token } = state.account;
  const query = new URLSearchParams(given.values);
  const started = performance.now();
  const made = { name, status: 0, headers: [], body: "", size: 0 };
  try {
    const response = await fetch(method === "POST" || !`${query}` ? given.target : `${given.target}?${query}`, {
      method, body: method === "POST" ? query : undefined, credentials: "omit", cache: "no-store",
      headers: { Authorization: `Basic ${btoa(`${account_sid}:${auth_token}`)}`, "X-Mock-Wire": wire },
    });
    Object.assign(made, { status: response.status, headers: [...response.headers] });
    const bytes = await response.arrayBuffer();
    Object.assign(made, { size: bytes.byteLength, body: /audio/.test(response.headers.get("content-type") ?? "") ? "" : new TextDecoder().decode(bytes) });
  } catch (error) { made.problem = String(error); }
  made.ms = performance.now() - started;
  made.entry = (await read("/requests?limit=1")).requests[0];
  answer = made;
  await page.reload();
}

function describe(found) {
  if (answer.problem) return `The connection broke: ${answer.problem}. A fault may do so.`;
  const reason = answer.headers.find(([name]) => name === "x-mock-reason")?.[1];
  const list = found && Object.values(found).find(Array.isArray);
  return reason ?? (list ? `${plural(list.length, "record")} on this page${found.next_page_uri ? ", and there are more" : ""}.`
    : found?.status ? `${found.sid} is ${found.status}.` : answer.status === 204 ? "Deleted." : "Served.");
}

function renderAnswer() {
  let found = null;
  try { found = JSON.parse(answer.body); } catch { }
  const text = (found ? JSON.stringify(found, null, 2) : answer.body).slice(0, MAX_SHOWN);
  const isServed = answer.status && answer.status < 400 && !answer.problem;
  return panel("Answer", [h(`span.code.${isServed ? colourOf(answer.status) : "red"}`, answer.status || "cut"),
    h("span.dim.grow", `${plural(answer.size, "byte")}, ${answer.ms.toFixed(1)} ms`),
    answer.entry && h("a.go", { href: linkTo("requests", answer.entry.number) }, `#${answer.entry.number}`)],
  h(".pad", { role: "status" }, why("What it did", isServed ? "blue" : "red", h("p", describe(found))),
    details(`Headers: ${answer.headers.length}`, facts(answer.headers)), text && block(text, "Body")));
}
