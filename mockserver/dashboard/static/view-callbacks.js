import { change, copyButton } from "./actions.js";
import { until } from "./deck.js";
import { button, chip, codes, colourOf, details, facts, h, plural, shorten, story, timeOfDay, why } from "./dom.js";
import { shellQuote, toFlags } from "./programs.js";
import { linkTo, read, state } from "./state.js";
import { besides, detailPanel, emptyState, isFound, isShown, searchField, table, ticks } from "./table.js";
import { renderCheck } from "./view-check.js";

const STATES = { delivered: ["green", "completed"], failed: ["red", "failed"], pending: ["blue", "processing"], missed: ["", "absent"] };

export async function load(route) {
  const found = await read("/callbacks");
  found.reverse();
  const detail = route.id ? found.find((callback) => String(callback.number) === route.id) : null;
  return { found, detail, title: detail ? `Callback ${detail.number}` : "Callbacks" };
}

const nameOf = (callback) => (callback.recording.length === 34 ? shorten(callback.recording) : callback.recording);
const isRetried = (callback) => callback.attempts.length > 1;

export function stateOf(callback) {
  const [colour, sign] = STATES[callback.state];
  if (callback.state !== "pending") return chip(colour, callback.state === "failed" ? "not delivered" : callback.state, sign);
  return chip(colour, ["in ", until(callback.due)], sign);
}

const answerOf = (attempt) => h("span", { class: `code ${attempt.status == null ? "red" : colourOf(attempt.status)}` }, attempt.status ?? attempt.failure);

const columns = [
  ["#", "num dim lo", (callback) => callback.number],
  ["Recording", "", (callback) => [
    h("a.strong", { href: linkTo("callbacks", callback.number) }, nameOf(callback)),
    h(".sub", callback.event)]],
  ["Event", "lo", (callback) => callback.event],
  ["State", "", stateOf],
  ["Attempts", "lo", (callback) => callback.attempts.length
    ? callback.attempts.slice(-3).map((attempt) => [`${timeOfDay(attempt.at).slice(3)} `, answerOf(attempt), " "]) : h("span.dim", "none yet")],
  ["To", "fill w", (callback) => h("code.dim", { title: callback.url }, callback.url)],
];

export function render({ found, detail }) {
  const is = (wanted) => (callback) => callback.state === wanted;
  const number = (wanted) => found.filter(is(wanted)).length;
  const attempts = found.reduce((sum, callback) => sum + callback.attempts.length, 0);
  const tests = [["failed", is("failed")], ["retried", isRetried], ["pending", is("pending")]].filter(([name]) => isShown(name));
  const rows = found.filter((callback) => tests.every(([, test]) => test(callback)) &&
    isFound(callback.recording, callback.sid, callback.event, callback.url)).slice(0, 500);
  const list = found.length ? h("section.panel", { "aria-label": "Deliveries", key: "list" },
    h("header", searchField("Find a callback", "Recording, event or URL"), ticks("Show", [
      ["failed", `not delivered ${number("failed")}`], ["retried", `retried ${found.filter(isRetried).length}`], ["pending", `to come ${number("pending")}`]])),
    table("Callbacks, newest first", columns, rows, { selected: detail?.number }))
    : emptyState("No callback yet", "Give RecordingStatusCallback when you start a recording, or status_callback in a scenario.");
  return [
    h(".title", h("h1", "Callbacks"),
      h("span.dim", `${plural(number("delivered"), "callback")} delivered in ${plural(attempts, "attempt")}, ${number("failed")} not, ${number("pending")} to come`)),
    besides(h(".cols", list, renderCheck()), detail && renderDetail(detail)),
  ];
}

function describe(callback) {
  const last = callback.attempts.at(-1);
  if (!last) return `Not sent${callback.state === "missed" ? "" : " yet"}: due at ${timeOfDay(callback.due)}.`;
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
  const [colour] = STATES[callback.state];
  return detailPanel(`${nameOf(callback)}, ${callback.event}`, ["", h("span.dim", `#${callback.number}`), h("span.grow"),
      button("Deliver again", () => change("POST", `/callbacks/${callback.number}/redeliver`, undefined, `Callback ${callback.number} was delivered again.`))],
    h(".pad",
      why("Answer of your endpoint", colour, h("p", describe(callback))),
      callback.attempts.length > 1 && story(callback.attempts.map((attempt) => [timeOfDay(attempt.at), "callback", "", attempt.detail, answerOf(attempt)])),
      h(".row", h("h3.grow", "Signed text"), copyButton(callback.signed_text, "Copy", { class: "bare" })),
      renderSigned(callback),
      h("p.as", "The URL, then each name and value, sorted."),
      facts([
        ["Recording", h("a.go", { href: linkTo("recordings", callback.sid) }, h("code", shorten(callback.sid)))],
        ["Key", callback.signed_with],
        ["Signature", h("code", callback.signature || "left out, by the scenario")],
        ["Header", h("code", "X-Twilio-Signature")],
        ["Token", h("code", callback.idempotency_token)],
        ["Sent to", callback.route && h("code", callback.route)],
      ]),
      details(`Parameters: ${Object.keys(callback.parameters).length}`, codes(Object.entries(callback.parameters))),
      h(".row.wrap", copyButton(() => toCurl(callback), "Copy as curl"))));
}

const toCurl = ({ method, url, signature, parameters }) =>
  [`curl -X ${method} -H 'X-Twilio-Signature: ${signature}'`, ...(method === "GET" ? [] : toFlags(parameters)), shellQuote(url)].join(" \\\n  ");
