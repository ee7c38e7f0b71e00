import { origin } from "./api.js";
import { button, count, h, icon, patch, shorten } from "./dom.js";
import { linkTo, state } from "./state.js";
import * as recordings from "./view-recordings.js";

const THEMES = ["auto", "light", "dark"];
const root = document.documentElement;

function readTheme() {
  try { return localStorage.getItem("recmock-theme") ?? "auto"; } catch { return "auto"; }
}

function setTheme(theme) {
  if (theme === "auto") delete root.dataset.theme;
  else root.dataset.theme = theme;
  try { localStorage.setItem("recmock-theme", theme); } catch { }
}

export function switchTheme() {
  setTheme(THEMES[(THEMES.indexOf(readTheme()) + 1) % THEMES.length]);
  drawTop();
}

setTheme(readTheme());

function drawTop() {
  const account = state.account;
  const name = state.route.account.startsWith("AC") ? "account" : state.route.account;
  patch(document.querySelector("#top"), [
    h("a.mark", { href: linkTo("recordings") }, icon("mark", ""), "recmock"),
    h("a.btn", { href: linkTo("accounts") }, name,
      h("code.dim.m", account ? shorten(account.account_sid) : "")),
    h("code.dim.m", origin.replace(/^https?:\/\//, "")),
    h("span.grow"),
    button([icon("find"), h("span.m", "Find or do"), h("kbd.m", "Ctrl K"), h("span.vh", "palette")], openPalette,
      { class: "bare", "aria-haspopup": "dialog" }),
    h("span", { class: state.isGone ? "live off m" : "live m" }, state.isGone ? "Gone" : "Live"),
    button([icon("theme"), h("span.vh", `Theme: ${readTheme()}`)], switchTheme, { class: "bare" }),
  ]);
}

export function drawFrame(route) {
  drawTop();
  const links = Object.entries(VIEWS).map(([name, view]) => {
    const { number, refused } = view.counts?.() ?? {};
    return h("li", { key: name },
      h("a", { href: linkTo(name), "aria-current": name === route.view ? "page" : null }, view.nav ?? view.title,
        number != null && h("span.cnt", count(number)),
        refused ? h("span.cnt.red", { title: `${refused} refused` }, icon("failed"), count(refused)) : ""));
  });
  patch(document.querySelector("#rail"), [
    h("ul", links),
    h("footer", `recmock ${state.version}`, h("br"),
      button(["Keys: ", h("kbd", "?")], openHelp, { class: "bare" })),
  ]);
}

export const openHelp = async () => (await import("./help.js")).openHelp();
export const openPalette = async () => (await import("./palette.js")).openPalette();

export const VIEWS = {
  recordings: { title: "Recordings", key: "r", open: () => recordings,
    counts: () => ({ number: state.account && state.account.corpus + state.account.created }) },
  requests: { title: "Requests", key: "q", open: () => import("./view-requests.js"),
    counts: () => ({ number: state.account?.requests, refused: state.refused }) },
  callbacks: { title: "Callbacks", key: "c", open: () => import("./view-callbacks.js"),
    counts: () => ({ number: Object.values(state.account?.callbacks ?? {}).reduce((sum, count) => sum + count, 0) }) },
  calls: { title: "Calls", key: "l", open: () => import("./view-calls.js") },
  scenario: { title: "Scenario and clock", nav: "Scenario", key: "s", open: () => import("./view-scenario.js") },
  faults: { title: "Faults", key: "f", open: () => import("./view-faults.js"), counts: () => ({ number: state.account?.rule_count }) },
  try: { title: "Try it", key: "t", open: () => import("./view-tryit.js") },
  accounts: { title: "Accounts", key: "a", open: () => import("./view-accounts.js") },
};
