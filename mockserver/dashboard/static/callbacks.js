// Callbacks: what was sent, what your endpoint answered, the exact text that was signed, and a check of a signature.

import { change, copyButton } from "./actions.js";
import { get, inAccount } from "./api.js";
import { renderCheck } from "./check.js";
import { button, chip, facts, h, icon, why } from "./dom.js";
import { emptyState, isFound, isShown, searchField, ticks } from "./filters.js";
import { colourOf, moment, plural, shorten, span, timeOfDay } from "./format.js";
import { linkTo, now, state } from "./state.js";
import { table } from "./table.js";

const STATES = { delivered: ["green", "completed"], failed: ["red", "failed"], pending: ["blue", "processing"] };

async function load(route) {
  const found = await get(inAccount(route.account, "/callbacks"));
  found.reverse();
  const detail = route.id ? found.find((callback) => String(callback.number) === route.id) : null;
  return { found, detail, title: detail ? `Callback ${detail.number}` : "Callbacks" };
}

const nameOf = (callback) => (callback.recording.length === 34 ? shorten(callback.recording) : callback.recording);
const isRetried = (callback) => callback.attempts.length > 1;

export function stateOf(callback) {
  const [colour, sign] = STATES[callback.state];
  if (callback.state !== "pending") return chip(colour, callback.state === "failed" ? "not delivered" : callback.state, sign);
  return chip(colour, ["in ", h("span", { "data-until": callback.due }, span(Date.parse(callback.due) - now()))], sign);
}

const answerOf = (attempt) => h("span", { class: `code ${attempt.status == null ? "red" : colourOf(attempt.status)}` }, attempt.status ?? attempt.failure);

const columns = [
  ["#", "num dim lo", (callback) => callback.number],
  ["Recording", "", (callback) => [
    h("a.strong", { href: linkTo("callbacks", String(callback.number), Object.fromEntries(state.route.query)) }, nameOf(callback)),
    h(".sub", callback.event)]],
  ["Event", "lo", (callback) => callback.event],
  ["State", "", stateOf],
  ["Attempts", "lo", (callback) => callback.attempts.length
    ? callback.attempts.slice(-3).map((attempt) => [`${timeOfDay(attempt.at).slice(3)} `, answerOf(attempt), " "]) : h("span.dim", "none yet")],
  ["To", "fill w", (callback) => h("code.dim", { title: callback.url }, callback.url)],
];

function render({ found, detail }) {
  const number = (wanted) => found.filter((callback) => callback.state === wanted).length;
  const attempts = found.reduce((sum, callback) => sum + callback.attempts.length, 0);
  const tests = [["failed", (callback) => callback.state === "failed"], ["retried", isRetried], ["pending", (callback) => callback.state === "pending"]]
    .filter(([name]) => isShown(name));
  const rows = found.filter((callback) => tests.every(([, test]) => test(callback)) &&
    isFound(callback.recording, callback.sid, callback.event, callback.url)).slice(0, 500);
  const list = found.length ? h("section.panel", { "aria-label": "Deliveries", key: "list" },
    h("header", searchField("Find a callback", "Recording, event or URL"), ticks("Show", [
      ["failed", `not delivered ${number("failed")}`], ["retried", `retried ${found.filter(isRetried).length}`], ["pending", `to come ${number("pending")}`]])),
    table("Callbacks, newest first", columns, rows, { selected: detail && String(detail.number), keyOf: (callback) => String(callback.number) }))
    : emptyState("No callback yet", "A recording has callbacks if its client asked for them: give RecordingStatusCallback when you start a recording, or status_callback in a scenario.");
  return [
    h(".title", { key: "title" }, h("h1", { tabindex: "-1" }, "Callbacks"),
      h("span.dim", `${plural(number("delivered"), "callback")} delivered in ${plural(attempts, "attempt")}, ${number("failed")} not, ${number("pending")} to come`)),
    h("div", { class: detail ? "cols side" : "cols", key: "cols" },
      h(".cols", list, renderCheck(found)), detail && renderDetail(detail)),
  ];
}

function describe(callback) {
  const last = callback.attempts.at(-1);
  if (!last) return `Not sent yet: due at ${timeOfDay(callback.due)}.`;
  const answer = last.status == null ? `No answer (${last.failure})` : `Your endpoint answered ${last.status}`;
  const end = callback.state === "pending" ? `; the next attempt is due at ${timeOfDay(callback.due)}` : "";
  return `${answer} at ${timeOfDay(last.at)}, attempt ${callback.attempts.length}${end}. ${last.detail}`;
}

function renderSigned(callback) {
  const pairs = Object.entries(callback.parameters).sort(([one], [other]) => (one < other ? -1 : 1));
  const isForm = callback.signed_text.length > callback.url.length;
  return h(".signed", { tabindex: "0", role: "group", "aria-label": "Signed text" },
    h("span.u", isForm ? callback.signed_text.slice(0, callback.signed_text.length - pairs.flat().join("").length) || callback.url : callback.signed_text),
    isForm && pairs.map(([name, value]) => h("span", { key: name }, h("span.n", name), value)));
}

function renderDetail(callback) {
  const colour = { delivered: "green", failed: "red", pending: "blue" }[callback.state];
  return h("section.panel.stick", { "aria-labelledby": "detail", key: "detail" },
    h("header", h("h2", { id: "detail", tabindex: "-1", "data-focus": true }, `${nameOf(callback)}, ${callback.event}`),
      h("span.dim", `#${callback.number}`), h("span.grow"),
      button("Deliver again", () => change("POST", `/callbacks/${callback.number}/redeliver`, undefined, `Callback ${callback.number} was delivered again.`), { "data-changes": true }),
      h("a.btn.bare", { href: linkTo("callbacks", "", Object.fromEntries(state.route.query)) }, icon("failed"), h("span.vh", "Close"))),
    h(".pad",
      why("Answer of your endpoint", colour, h("p", describe(callback))),
      callback.attempts.length > 1 && h("ol.attempts", callback.attempts.map((attempt) =>
        h("li", `${moment(attempt.at, now())} `, answerOf(attempt), h("span.soft", ` ${attempt.detail}`)))),
      h(".row", h("h3.grow", "Signed text"), copyButton(callback.signed_text, "Copy", { class: "bare" })),
      renderSigned(callback),
      h("p.as", "The URL as it was called, then each name and value, sorted by name. Lines are for the eye: nothing stands between."),
      facts([
        ["Recording", h("a.go", { href: linkTo("recordings", callback.sid) }, h("code", shorten(callback.sid)))],
        ["Key", callback.signed_with],
        ["Signature", h("code", callback.signature || "left out, by the scenario")],
        ["Header", h("code", "X-Twilio-Signature")],
        ["Token", h("code", callback.idempotency_token)],
        ["Sent to", callback.route && h("code", callback.route)],
      ]),
      h("details", h("summary", `Parameters: ${Object.keys(callback.parameters).length}`),
        facts(Object.entries(callback.parameters).map(([name, value]) => [h("code", name), h("code", value)]))),
      h(".row.wrap", copyButton(() => toCurl(callback), "Copy as curl"))));
}

function toCurl(callback) {
  const quote = (text) => `'${String(text).replaceAll("'", "'\\''")}'`;
  const data = callback.method === "GET" ? [] : Object.entries(callback.parameters).map(([name, value]) => `--data-urlencode ${quote(`${name}=${value}`)}`);
  return [`curl -X ${callback.method} ${quote(callback.url)}`, `-H ${quote(`X-Twilio-Signature: ${callback.signature}`)}`, ...data].join(" \\\n  ");
}

export const callbacks = {
  title: "Callbacks", key: "c", load, render,
  counts: () => ({ number: Object.values(state.account?.callbacks ?? {}).reduce((sum, count) => sum + count, 0) }),
};
