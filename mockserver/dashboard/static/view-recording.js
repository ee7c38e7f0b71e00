import { change, changeWithUndo, copyButton, page } from "./actions.js";
import { get, inAccount, urlOf } from "./api.js";
import { nextOf, statusIn, tape, waitOf } from "./deck.js";
import { button, chip, facts, h, panel, segment, story, timeOfDay } from "./dom.js";
import { renderPlayer } from "./player.js";
import { linkTo, read, state } from "./state.js";
import { answerOf, outcomeOf, shortTarget } from "./view-requests.js";

let kind = "All";

export async function load(route, list) {
  const path = inAccount(route.account, `/recordings/${encodeURIComponent(route.id)}`);
  const recording = await get(path);
  const [timeline, sid, older, history] = await Promise.all([
    get(`${path}/timeline`), get(`sids/${recording.sid}?account=${route.account}`),
    read(`/recordings?limit=1&older_than=${recording.sid}`), get(`${path}/history`),
  ]);
  const sound = recording.status === "completed" ? await Promise.all(["waveform?width=240", "turns"].map((name) => get(`${path}/${name}`))) : null;
  const at = list.findIndex((own) => own.sid === recording.sid);
  return { recording, timeline, sid, history, sound, newer: list[at - 1]?.sid, older: older.recordings[0]?.sid, title: recording.handle ?? recording.sid };
}

export function render({ recording, timeline, sid, history, sound, newer, older }) {
  const status = recording.in_flight ?? recording.status;
  const path = `/recordings/${recording.sid}`;
  const next = nextOf(timeline);
  const beside = (own, word, key) => h("a.btn.bare", own ? { href: linkTo("recordings", own), [`data-key-${word.toLowerCase()}`]: true } : { "aria-disabled": "true" }, `${word} `, h("kbd", key));
  return [
    h(".title.crumb", h("a.btn.bare", { href: linkTo("recordings") }, "← Recordings"), h("span.grow"), newer && beside(newer, "Newer", "["), older && beside(older, "Older", "]")),
    h(".title", chip(status), recording.in_flight && h("span.as", `clients see ${recording.status}`),
      h("h1.name-big", recording.handle ?? "Recording"), h("code.soft.one", recording.sid), copyButton(recording.sid, "Copy", { class: "bare" }), h("span.grow"),
      next && button("Next step", () => change("POST", `${path}/step`), { "data-key-n": true }),
      next?.triggers.map((own) => own.trigger.signal).filter(Boolean).map((name) => button(`Signal ${name}`, () => change("POST", "/signals", { name, recording: recording.sid }))),
      sound && ["wav", "mp3"].map((form) => h("a.btn", { href: urlOf(inAccount(state.route.account, `${path}/media.${form}`)), download: `${recording.sid}.${form}` }, form.toUpperCase())),
      button("Delete", () => changeWithUndo("POST", path, { status: "deleted" }, "The recording is deleted."), { class: "harm", disabled: status === "deleted" })),
    timeline.steps.length ? h("section.panel", { "aria-label": "Timeline", key: "tape" }, h(".pad", tape(timeline, true),
      h("p", next ? [h("b", waitOf(next)), `, then ${next.what}.`] : "Its timeline is over: nothing more will happen by itself."))) : "",
    h(".cols.side", { key: "cols" }, h(".cols", sound ? renderPlayer(recording.sid, ...sound) : "", renderWires(recording)),
      h(".cols", renderStory(history), panel("Why this SID", "", h(".pad", h("p", sid.why), facts([
        ["Call", h("a.go", { href: linkTo("recordings", "", { q: recording.call_sid }) }, h("code", recording.call_sid))],
        ["Conference", recording.conference_sid && h("code", recording.conference_sid)],
        ["Revision", String(recording.revision)]]))))),
  ];
}

function renderWires({ document: twilio, schema_document: schema }) {
  const plain = JSON.stringify;
  const differs = (key) => plain(twilio[key]) !== plain(schema[key]);
  const keys = Object.keys({ ...twilio, ...schema }).sort((one, other) => differs(other) - differs(one));
  return panel("On both wires", [h("span.dim.grow", `${keys.filter(differs).length} of ${keys.length} keys differ`), copyButton(JSON.stringify(twilio, null, 2), "Copy JSON", { class: "bare" })],
    h("table.diff", h("thead", h("tr", ["key", "twilio: SDKs get this", "schema: curl gets this"].map((word) => h("th", { scope: "col" }, word)))),
      h("tbody", keys.map((key) => h("tr", { key, class: differs(key) ? "ne" : null }, h("th", { scope: "row" }, differs(key) && "≠ ", key), h("td", plain(twilio[key]) ?? "left out"), h("td", plain(schema[key]) ?? "left out"))))));
}

const SORTS = { event: "Steps", callback: "Callbacks", request: "Requests" };

function renderItem({ at, kind: sort, event, callback, request }) {
  const status = statusIn(event?.what);
  const link = (view, number) => h("a.go", { href: linkTo(view, number) }, `#${number}`);
  const [sign, colour, what, end] = sort === "request"
    ? ["request", outcomeOf(request) === "green" ? "" : "red", [`${request.method} ${shortTarget(request.target)} `, link("requests", request.number)], request.did[0]?.replace(/ [a-z]+ of .*/, "") ?? answerOf(request)]
    : [sort === "callback" ? "callback" : status || "next", status, [event.what, " ", callback != null && link("callbacks", callback)], event.kind];
  return [timeOfDay(at), sign, colour, what, end];
}

function renderStory({ items }) {
  const rows = items.filter((own) => kind === "All" || SORTS[own.kind] === kind);
  return panel("What happened", [h("span.grow"), segment("Kind", ["All", ...Object.values(SORTS)].map((word) => [word]), kind, (chosen) => { kind = chosen; page.redraw(); })],
    rows.length ? story(rows.map(renderItem)) : h("p.pad.dim", "Nothing since the account began: the recording was generated so."));
}
