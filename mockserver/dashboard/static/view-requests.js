import { block, change, copyButton } from "./actions.js";
import { inAccount, origin, urlOf } from "./api.js";
import { button, codes, colourOf, details, facts, h, icon, plural, shortenAll, timeOfDay, why } from "./dom.js";
import { linkTo, read, setQuery, state } from "./state.js";
import { besides, detailPanel, emptyState, isFound, isShown, mayEnter, searchField, table, ticks } from "./table.js";
import { curlTo } from "./view-recordings.js";

const PAGE = 200;
let shown = {};

export const shortTarget = (target) =>
  shortenAll(target.replace(/^\/2010-04-01\/Accounts\/AC\w{32}(?=[/.])/, ""));

export async function load(route) {
  const limit = Number(route.query.get("limit")) || PAGE;
  const [found, doctor] = await Promise.all([read(`/requests?limit=${limit}`), read("/doctor")]);
  found.requests.reverse();
  const detail = route.id ? await read(`/requests/${encodeURIComponent(route.id)}`) : null;
  const key = `${route.account}?${route.query}`;
  const more = shown.key === key && shown.generation === found.generation && found.total - shown.total;
  if (!more || (more > 0 && (isShown("follow") || mayEnter()))) shown = { ...found, key };
  return { found, detail, doctor, limit, news: found.total - shown.total, title: detail ? `Request ${detail.number}` : "Requests" };
}

const isWarned = (request) => request.warnings.length > 0;
const isRefused = (request) => request.status >= 400;
const hasRule = (request) => request.rule != null;

const isCut = (request) => request.sent_length < request.length;
export const outcomeOf = (request) => (isCut(request) ? "red" : colourOf(request.status));
export const answerOf = (request) => `${request.status}${isCut(request) ? " cut" : ""}${request.rule == null ? "" : ` · rule ${request.rule}`}`;
const describe = (request) => [request.rule != null && `rule ${request.rule}: ${request.fault_text ?? request.reason}`, request.rule == null && request.reason, ...request.did, request.warnings[0]].find(Boolean) ?? "";

export function render({ found, detail, doctor, limit, news }) {
  const all = shown.requests;
  const marked = [["refused", isRefused], ["warned", isWarned], ["rule", hasRule]].filter(([name]) => isShown(name));
  const rows = all.filter((request) => marked.every(([, test]) => test(request)) &&
    isFound(request.target, request.method, request.operation ?? "", `status:${request.status}`, `rule:${request.rule ?? ""}`, request.reason ?? ""));
  const takeIn = () => { shown = { ...shown, ...found }; setQuery({}); };
  const title = h(".title", h("h1", "Requests"),
    news > 0 && button(`${news} new`, takeIn, { class: "news", "data-key-u": true }),
    h("span.grow"),
    h("a.btn.bare", { href: urlOf(inAccount(state.route.account, "/requests.har")), download: "recmock.har" }, "Export HAR"),
    button("Clear", () => change("DELETE", "/requests", undefined, "The journal is empty."), { class: "bare", disabled: !found.requests.length }));
  if (!found.requests.length) return [title, renderEmpty()];
  const list = h("section.panel", { "aria-label": "Journal", key: "list" },
    h("header", searchField("Find a request", "Path, operation, SID; or status:429 rule:1"),
      ticks("Show", [
        ["refused", `refused ${all.filter(isRefused).length}`, "failed", "red"],
        ["warned", `warned ${all.filter(isWarned).length}`, "warn", "amber"],
        ["rule", `by a rule ${all.filter(hasRule).length}`],
      ])),
    table("Requests, newest first", columns, rows, {
      selected: detail?.number,
      foot: [h("span.grow", `${plural(rows.length, "request")} of the newest ${all.length}; ${found.dropped ? `${plural(found.dropped, "older one")} dropped` : "none dropped"}`),
        found.matched > all.length && button(`${PAGE} older`, () => setQuery({ limit: limit + PAGE }))],
    }));
  return [title, renderDoctor(doctor),
    besides(list, detail && renderDetail(detail, all))];
}

const columns = [
  ["#", "num dim lo", (request) => request.number],
  ["At", "dim lo", (request) => timeOfDay(request.at)],
  ["Status", "", (request) => h(`span.code.${outcomeOf(request)}`, request.status, isCut(request) && " cut")],
  ["Request, below the account", "fill", (request) => [
    h("a", { href: linkTo("requests", request.number) },
      h("code", { title: request.target }, h("span.dim", `${request.method} `), shortTarget(request.target))),
    h(".sub", `${timeOfDay(request.at)} ${describe(request)}`)]],
  ["Why, and what it did", "fill lo soft", (request) => [isWarned(request) && icon("warn", "i amber"), " ", describe(request)]],
  ["ms", "num lo dim", (request) => (request.seconds * 1000).toFixed(1)],
];

function renderDoctor(doctor) {
  if (doctor.is_clean) return h("span", { hidden: true, key: "doctor" });
  return h(".banner.amber", { key: "doctor" }, icon("warn", "i amber"),
    h("details.grow",
      h("summary", h("b", `The doctor has ${plural(doctor.findings.length, "finding")}. `), h("span.soft", "Show advice")),
      facts(doctor.findings.map(({ rule, advice, requests: found }) => [rule.replaceAll("_", " "),
        [`${advice} `, found.slice(0, 5).map((number) => [h("a.go", { href: linkTo("requests", number) }, `#${number}`), " "])]]))));
}

const renderEmpty = () => emptyState("Nobody has called yet", [
  "This page listens to account ", h("b", state.route.account), " at ", h("b", origin.replace(/^https?:\/\//, "")),
  ". If your program runs and nothing shows, it talks to another address or AccountSid."], block(curlTo("Recordings.json?PageSize=1"), "First request"));

function renderDetail(request, all) {
  const at = all.findIndex((other) => other.number === request.number);
  const beside = (other, word) => other && h("a.btn.bare", { href: linkTo("requests", other.number) }, word);
  const colour = outcomeOf(request);
  const sentence = request.reason ?? (request.rule == null ? `Served by ${request.operation ?? "no operation"}.` : `Rule ${request.rule} applied.`);
  return detailPanel(request.operation ?? "no operation",
    [h(`span.code.${colour}`, request.status), h("span.dim.grow", `#${request.number} · ${timeOfDay(request.at)}`)],
    h(".pad",
      why("Why this answer", request.rule != null || colour !== "green" ? "red" : "green", h("p",
        request.rule != null && [h("a.go", { href: linkTo("faults") }, `Rule ${request.rule}`), " applied. "], sentence),
        request.did.map((sentence) => h("p.soft", sentence)),
        request.warnings.map((warning) => h("p.soft", icon("warn", "i amber"), " ", warning))),
      facts([
        ["Asked", h("code", `${request.method} ${request.target.split("?")[0]}`)],
        ...Object.entries({ ...request.query, ...request.form }).map(([name, values]) => [h("code", name), h("code", values.join(", "))]),
        ["Client", `${request.headers.find(([name]) => name === "user-agent")?.[1] ?? "unnamed"}, so wire ${request.wire}`],
        ["Answer", `${isCut(request) ? `cut off after ${request.sent_length} of ` : ""}${plural(request.length, "byte")} in ${(request.seconds * 1000).toFixed(1)} ms`],
        ["Next page", request.next_page_uri && h("code", request.next_page_uri)],
      ]),
      request.body && block(request.body, "Answer"),
      details(`Headers: ${request.headers.length} in, ${request.response_headers?.length ?? 0} out`, codes([...request.headers, ...request.response_headers ?? []])),
      h(".row.wrap",
        copyButton(async () => (await read(`/requests/${request.number}/curl`)).command, "Copy as curl"),
        beside(all[at + 1], `← #${all[at + 1]?.number}`), at > 0 && beside(all[at - 1], `#${all[at - 1]?.number} →`))));
}
