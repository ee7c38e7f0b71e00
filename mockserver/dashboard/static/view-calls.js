import { block, change } from "./actions.js";
import { button, chip, colourOf, facts, h, icon, length, moment, panel, plural, shorten, timeOfDay, why } from "./dom.js";
import { linkTo, now, read } from "./state.js";
import { besides, detailPanel, emptyState, isFound, isShown, searchField, table, ticks } from "./table.js";

const SIGNS = {
  queued: ["blue", "processing"], ringing: ["blue", "processing"], "in-progress": ["in-progress", "in-progress"], completed: ["completed", "completed"],
  busy: ["amber", "stopped"], "no-answer": ["amber", "absent"], failed: ["failed", "failed"], canceled: ["dim", "deleted"],
};

export async function load(route) {
  const [found, events, detail] = await Promise.all([
    read("/calls"), read("/debugger"), route.id ? read(`/calls/${encodeURIComponent(route.id)}`) : null,
  ]);
  return { found: found.reverse(), events: events.reverse(), detail, title: detail ? `Call ${shorten(detail.sid)}` : "Calls" };
}

const statusOf = (call) => chip(SIGNS[call.status][0], call.status, SIGNS[call.status][1]);

const columns = [
  ["Status", "c1", statusOf],
  ["Call", "", (call) => h("a", { href: linkTo("calls", call.sid) }, h("code", { title: call.sid }, shorten(call.sid)))],
  ["From", "lo", (call) => call.from],
  ["To", "lo", (call) => call.to],
  ["Direction", "w", (call) => call.direction],
  ["Length", "num", (call) => length(call.duration)],
  ["Created, UTC", "num lo", (call) => moment(call.created, now())],
];

export function render({ found, events, detail }) {
  const live = found.filter((call) => !call.is_over).length;
  const rows = found.filter((call) => (!isShown("live") || !call.is_over) && isFound(call.sid, call.from, call.to, call.status)).slice(0, 500);
  const list = found.length ? h("section.panel", { "aria-label": "Calls", key: "list" },
    h("header", searchField("Find a call", "SID, number or status"), ticks("Show", [["live", `live ${live}`]])),
    table("Calls, newest first", columns, rows, { selected: detail?.sid }))
    : emptyState("No call yet", "Place one over REST, or let a person call your voice app:", block("recmock call http://127.0.0.1:5000/voice", "Call"));
  return [
    h(".title", h("h1", "Calls"), h("span.dim", live ? `${plural(live, "call")} in progress` : "no call is in progress")),
    besides(h(".cols", list, renderDebugger(events)), detail && renderDetail(detail)),
  ];
}

function renderDebugger(events) {
  if (!events.length) return "";
  return panel("Debugger", h("span.dim", plural(events.length, "event")), h("ol.story", events.slice(0, 100).map((event) =>
    h("li", { key: String(event.serial) }, h("time", timeOfDay(event.at)), icon(event.level === "error" ? "failed" : "warn", `g ${event.level === "error" ? "red" : "amber"}`),
      h("span", h("b", event.code), ` ${event.text}`),
      event.call_sid ? h("a.go", { href: linkTo("calls", event.call_sid) }, shorten(event.call_sid)) : h("span")))));
}

function describe(call) {
  const errors = call.debugger.filter((event) => event.level === "error");
  if (errors.length) return ["red", `${plural(errors.length, "error")}: ${errors[0].text}`];
  if (call.is_over) return ["green", `${call.status} after ${length(call.duration ?? 0)}, with ${plural(call.recordings.length, "recording")}.`];
  return ["blue", call.is_played ? `${call.status}: it waits for somebody else, time alone will not change it.` : `${call.status}: it goes on as the clock passes.`];
}

function renderDetail(call) {
  const [colour, sentence] = describe(call);
  const act = (path, body) => () => change("POST", `/calls/${call.sid}/${path}`, body);
  return detailPanel(shorten(call.sid), [statusOf(call), h("span.grow"),
      !call.is_over && button("Play to its end", act("play", { until: "end" })),
      !call.is_over && button("Hang up", act("hang-up"), { class: "harm" })],
    h(".pad", why("How it stands", colour, h("p", sentence)),
      facts([["From", call.from], ["To", call.to], ["Created", moment(call.created, now())], ["Answered", call.answered && moment(call.answered, now())],
        ["Ended", call.ended && moment(call.ended, now())], ["Answered by", call.answered_by], ["Parent", call.parent_call_sid && h("code", call.parent_call_sid)]])),
    h("h3.sub-head", "Conversation"),
    call.conversation.length ? h("ol.turns", call.conversation.map((turn) => h("li",
      h("code.dim.num", length(turn.seconds)), h("span", { class: turn.speaker === "person" ? "oxide" : "dim" }, turn.speaker === "person" ? "caller" : turn.speaker),
      h("span.said", turn.text || (turn.digits ? `keys ${turn.digits}` : turn.media)))))
      : h("p.pad.dim", "Nobody has said anything yet."),
    h("h3.sub-head", "Requests to the app"),
    call.requests.length ? h("ol.story", call.requests.map((request) => h("li",
      h("time", timeOfDay(request.at)), icon("request", "g"), h("span.one", { title: request.url }, `${request.purpose}: ${request.method} ${request.url}`),
      h("span", { class: `code ${request.status == null ? "red" : colourOf(request.status)}` }, request.status ?? request.failure))))
      : h("p.pad.dim", "It asked no app: its TwiML came with it."),
    call.recordings.length > 0 && [h("h3.sub-head", "Recordings"), h("ol.story", call.recordings.map((recording) => h("li",
      h("span.dim", length(recording.duration)), icon(recording.status, `g ${recording.status}`),
      h("a.go", { href: linkTo("recordings", recording.sid) }, shorten(recording.sid)), h("span.dim.one", recording.transcript))))]);
}
