import { block, change, copyButton } from "./actions.js";
import { origin } from "./api.js";
import { nextOf, tape, waitOf } from "./deck.js";
import { button, chip, count, h, length, moment, panel, plural, shorten } from "./dom.js";
import { linkTo, now, read, setQuery, state } from "./state.js";
import { emptyState, isFound, mayEnter, searchField, table } from "./table.js";

const STATUSES = "in-progress paused processing completed absent failed".split(" ");
const PLACES = 6;
const MOST = 200;
let flight = { account: "", rows: [] };
let shown = { key: "", recordings: [] };

export async function load(route) {
  if (route.id) {
    const own = await import("./view-recording.js");
    return { ...await own.load(route, shown.recordings), render: own.render };
  }
  const { query } = route;
  const q = query.get("q") ?? "";
  const wanted = new URLSearchParams({ deleted: query.get("deleted") ?? "false" });
  for (const name of ["status", "older_than"]) if (query.get(name)) wanted.set(name, query.get(name));
  if (/^CA\w{32}$/.test(q)) wanted.set("CallSid", q);
  const [found, timelines] = await Promise.all([read(`/recordings?${wanted}`), read(`/timelines?also=${flight.rows.map((row) => row.sid)}`)]);
  const key = `${route.account} ${query}`;
  const known = new Set(shown.recordings.map((row) => row.sid));
  const news = shown.key === key ? found.recordings.filter((row) => !known.has(row.sid)).length : 0;
  if (shown.key !== key || !news || mayEnter()) shown = { key, ...found };
  else shown.recordings = shown.recordings.map((row) => found.recordings.find((own) => own.sid === row.sid) ?? row);
  keepFlight(timelines, route.account);
  return { found, news };
}

function keepFlight(timelines, account) {
  if (flight.account !== account || mayForget) flight = { account, rows: [] };
  mayForget = false;
  const found = new Map(timelines.map((own) => [own.sid, own]));
  const rows = flight.rows.filter(({ sid }) => found.has(sid)).map(({ sid, ended }) => ({ ended: found.get(sid).is_over && (ended || now()), ...found.get(sid) }));
  for (const { sid } of rows) found.delete(sid);
  const isHeld = document.querySelector(".flight:hover, .flight:focus-visible, .flight :focus-visible");
  const waiting = [...rows.splice(isHeld ? MOST : PLACES), ...found.values()].filter((row) => !row.is_over);
  const over = rows.filter((row) => row.is_over).sort((one, other) => one.ended - other.ended);
  for (const row of waiting) rows.splice(!isHeld && rows.length >= PLACES && over.length ? rows.indexOf(over.shift()) : rows.length, 1, row);
  flight.rows = rows;
}
let mayForget = false;
addEventListener("hashchange", () => { mayForget = state.route.view !== "recordings" || state.route.id !== ""; });

const nameOf = (row) => row.handle ?? h("code", { title: row.sid, class: row.status === "deleted" ? "gone" : null }, shorten(row.sid));
const clientsSee = (row) => row.shown_status !== row.status && h("span.as", `clients see ${row.shown_status}`);

const columns = [
  ["Status", "lo c1", (row) => chip(row.status)],
  ["Recording", "", (row) => [h("a", { class: row.handle ? "strong" : null, href: linkTo("recordings", row.sid) }, nameOf(row)), h(".sub", chip(row.status), " ", clientsSee(row))]],
  ["Length", "num", (row) => length(row.duration)],
  ["Ch", "num lo", (row) => row.channels],
  ["Source", "lo", (row) => row.source],
  ["Call", "w", (row) => h("code.dim", { title: row.call_sid }, shorten(row.call_sid))],
  ["Note", "fill w dim", (row) => [clientsSee(row), row.is_encrypted && " encrypted", row.error_code && ` error ${row.error_code}`]],
  ["Created, UTC", "num lo", (row) => moment(row.date_created, now())],
];

export function render(data, route) {
  if (data.render) return data.render(data);
  const { found, news } = data;
  const status = route.query.get("status");
  const all = state.account.corpus + state.account.created;
  const rows = shown.recordings.filter((row) => isFound(row.sid, row.handle ?? "", row.call_sid, row.source));
  const press = (name, value, word) => button(word, () => setQuery({ [name]: route.query.get(name) === value ? "" : value, older_than: "" }),
    { class: "tick", "aria-pressed": String(route.query.get(name) === value), key: word });
  const from = (older_than) => linkTo("recordings", "", { ...Object.fromEntries(route.query), older_than });
  return [
    h(".title", h("h1", "Recordings"), news > 0 && button(`${news} new`, () => { shown = { ...shown, ...found }; setQuery({}); }, { class: "news", "data-key-u": true }),
      h("span.grow"), copyButton(curlTo("Recordings.json?PageSize=50"), "Copy as curl", { class: "bare" })),
    flight.rows.length ? renderFlight() : "",
    !all && !shown.recordings.length ? renderEmpty() : h("section.panel", { "aria-label": "All recordings", key: "all" },
      h("header", searchField("Find a recording", "SID, handle or call"),
        h(".filters", { role: "group", "aria-label": "Status" }, STATUSES.map((own) => press("status", own, own)), press("deleted", "true", "with deleted"))),
      table("Recordings, newest first", columns, rows, { foot: [
        route.query.get("older_than") && h("a.btn", { href: from("") }, "Newest"),
        shown.older_than && h("a.btn", { href: from(shown.older_than) }, status && rows.length < 50 ? "Look further" : "Older"),
        h("span.grow", status ? `Looked at ${count(shown.looked_at)}, ${rows.length || "none"} ${status}` : `${plural(rows.length, "recording")} of about ${count(all)}`)] })),
  ];
}

export function curlTo(path, flags = "") {
  const { account_sid, auth_token } = state.account;
  return `curl ${flags}-su ${account_sid}:${auth_token} '${origin}/2010-04-01/Accounts/${account_sid}/${path}'`;
}

const renderEmpty = () => emptyState("A blank tape", "This account has no recordings. Any CallSid is a call in progress, so record one:",
  block(curlTo(`Calls/CA${"0".repeat(31)}1/Recordings.json`, "-X POST "), "Start a recording"));

function renderFlight() {
  const { rows } = flight;
  const live = rows.filter((own) => !own.is_over);
  const signals = live.filter((own) => nextOf(own).triggers.every((trigger) => trigger.due == null && trigger.seen == null)).length;
  return panel("In flight", [h("span.dim", state.account.timeline_count), h("span.grow"),
    h("span.dim", `waiting: ${live.length - signals} for the clock or requests, ${signals} for signals`)],
  h("ul.flight", { tabindex: "0", "aria-label": "Recordings in flight" }, rows.map((own) => h("li.f", { key: own.sid }, renderFlying(own)))));
}

function renderFlying(timeline) {
  const { sid, recording } = timeline;
  const isNamed = recording !== sid;
  const next = nextOf(timeline);
  const signal = next?.triggers.map((own) => own.trigger.signal).find(Boolean);
  const wait = () => next ? [h("b", waitOf(next)), `, then ${next.status ?? next.what}`] : "nothing more";
  return [
    h(".st-c.two", chip(timeline.status), clientsSee(timeline), h("span.wait-s.soft", wait())),
    h(".name.two", h(isNamed ? "a.one.strong" : "a.one", { href: linkTo("recordings", sid) }, isNamed ? recording : h("code", shorten(sid))), isNamed && h("code.dim", { title: sid }, shorten(sid))),
    tape(timeline),
    h(".wait.two", h("span.one", wait()), h("span.as.one", signal && next.triggers.length === 1 ? "time alone will not do it" : next?.callbacks.length ? "with a callback" : "")),
    h(".act.row", signal && next.triggers.length === 1
      ? button("Signal", () => change("POST", "/signals", { name: signal, recording: sid }), { class: "quiet", "aria-label": `Send ${signal} to ${recording}` })
      : button("Next step", () => change("POST", `/recordings/${sid}/step`), { class: "quiet", "aria-label": `Next step of ${recording}`, disabled: !next })),
  ];
}
