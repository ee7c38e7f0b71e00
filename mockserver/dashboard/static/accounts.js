// Accounts: is my program talking to another one? The credentials of this one, and how to get one of your own.

import { block, copyButton } from "./actions.js";
import { get, inAccount, origin } from "./api.js";
import { facts, h, panel } from "./dom.js";
import { isFound, searchField } from "./filters.js";
import { count, moment, shorten } from "./format.js";
import { now, state } from "./state.js";
import { table } from "./table.js";

async function load(route) {
  const members = await get(inAccount(route.account, "/accounts"));
  const own = { account_sid: state.account.account_sid, name: route.account.startsWith("AC") ? "" : route.account };
  const others = members.filter((member) => member.account_sid !== own.account_sid);
  const found = await Promise.all([own, ...others].map(async (member) => ({
    ...member, ...(member === own ? state.account : await get(inAccount(member.account_sid))), name: member.name ?? member.id ?? "",
  })));
  return { found };
}

const columns = [
  ["Name", "", (account) => h("a", { class: account.name ? "strong" : "dim", href: `#/${account.name === state.route.account ? account.name : account.account_sid}/${"requests"}` }, account.name || "no name")],
  ["SID", "", (account) => h("code", { title: account.account_sid }, shorten(account.account_sid))],
  ["Scenario", "lo", (account) => account.scenario ?? h("span.dim", "none")],
  ["Recordings", "num", (account) => count(account.corpus + account.created)],
  ["Timelines", "num lo", (account) => count(account.timeline_count)],
  ["Requests", "num lo", (account) => count(account.requests)],
  ["Callbacks", "num w", (account) => count(Object.values(account.callbacks).reduce((sum, number) => sum + number, 0))],
  ["Clock", "w", (account) => `${moment(account.clock.now, now())} ${account.clock.mode}`],
];

function render({ found }) {
  const account = state.account;
  const rows = found.filter(({ name, account_sid, scenario }) => isFound(name, account_sid, scenario ?? ""));
  const another = `AC${"3".repeat(32)}`;
  const line = `curl -su ${another}:any '${origin}/2010-04-01/Accounts/${another}/Recordings.json?PageSize=1'`;
  const copied = (value) => [h("code", value), " ", copyButton(value, "Copy", { class: "bare" })];
  const open = (event) => { event.preventDefault(); location.hash = `#/${new FormData(event.currentTarget).get("sid")}/requests`; };
  return [
    h(".title", { key: "title" }, h("h1", { tabindex: "-1" }, "Accounts"), h("span.dim", "any AccountSid works")),
    h("section.panel", { "aria-label": "Accounts", key: "list" }, h("header", searchField("Find an account", "Name or SID")),
      table("Accounts", columns, rows, { selected: account.account_sid, keyOf: (own) => own.account_sid })),
    panel(`Credentials of ${state.route.account.startsWith("AC") ? "this account" : state.route.account}`, h("span.dim", "fake; any secret passes while --auth is any"),
      h(".pad", facts([["Account SID", copied(account.account_sid)], ["Auth token", copied(account.auth_token)], ["Base URL", copied(origin)]]))),
    panel("Another account", "", h("form.pad", { onsubmit: open },
      h("p", "Every well-formed AccountSid is an account of its own. Use another in the URL of a request, and open it here."),
      block(line, "Request of another account", { class: "block flow" }),
      h(".fields", h("label", "AccountSid", h("input", { name: "sid", class: "mono", pattern: "AC[0-9a-fA-F]{32}", required: true, placeholder: another, autocomplete: "off" }))),
      h(".row", h("button", "Open"), h("a.btn.bare", { href: "#/demo/requests" }, "Back to demo")))),
  ];
}

export const accounts = { title: "Accounts", key: "a", load, render };
