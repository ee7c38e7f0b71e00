import { copyButton } from "./actions.js";
import { get, origin } from "./api.js";
import { count, facts, h, icon, moment, panel, shorten } from "./dom.js";
import { state } from "./state.js";
import { isFound, searchField, table } from "./table.js";

export const load = () => get("accounts");

const columns = [
  ["Name", "", (own) => h(`a.${own.is_demo || own.name ? "strong" : "dim"}`, { href: `#/${own.is_demo ? "demo" : own.account_sid}/recordings` }, own.name ?? (own.is_demo ? "demo" : "no name"))],
  ["SID", "", (own) => h("code", { title: own.account_sid }, shorten(own.account_sid))],
  ["Scenario", "lo", (own) => own.scenario ?? h("span.dim", "none")],
  ["In flight", "num lo", (own) => count(own.in_flight)],
  ["Requests", "num", (own) => [count(own.requests), own.refused ? h("span.red", " ", icon("failed"), count(own.refused)) : ""]],
  ["Last request", "num lo", (own) => (own.last_request ? moment(own.last_request.at, own.now) : "")],
  ["Clock", "num w", (own) => moment(own.now, own.now)],
];

export function render({ accounts: found }) {
  const { account_sid, auth_token } = state.account;
  const copied = (value) => [h("code", value), " ", copyButton(value, "Copy", { class: "bare" })];
  return [
    h(".title", h("h1", "Accounts"), h("span.dim", "any well-formed AccountSid works; these hold state")),
    h("section.panel", { "aria-label": "Accounts", key: "list" }, h("header", searchField("Find an account", "Name or SID")),
      table("Accounts", columns, found.filter((own) => isFound(own.name ?? "", own.account_sid)), { selected: account_sid, keyOf: (own) => own.account_sid })),
    panel(`Credentials of ${state.route.account}`, h("span.dim", "fake; any secret passes while --auth is any"),
      h(".pad", facts([["Account SID", copied(account_sid)], ["Auth token", copied(auth_token)], ["Base URL", copied(origin)]]))),
  ];
}
