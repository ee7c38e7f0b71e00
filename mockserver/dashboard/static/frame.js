// @ts-check
// The top bar and the rail of views.

import { openPalette } from "./palette.js";
import { openHelp } from "./help.js";
import { origin } from "./api.js";
import { button, h, icon, patch } from "./dom.js";
import { count, shorten } from "./format.js";
import { linkTo, state } from "./state.js";

const THEMES = ["auto", "light", "dark"];
const root = document.documentElement;

function readTheme() {
  try { return localStorage.getItem("recmock-theme") ?? "auto"; } catch { return "auto"; }
}

/** Use a theme, and remember it. */
export function setTheme(theme) {
  if (theme === "auto") delete root.dataset.theme;
  else root.dataset.theme = theme;
  try { localStorage.setItem("recmock-theme", theme); } catch { /* a private window keeps nothing */ }
}

/** Use the next theme. */
export function switchTheme() {
  setTheme(THEMES[(THEMES.indexOf(readTheme()) + 1) % THEMES.length]);
  drawTop();
}

setTheme(readTheme());

function drawTop() {
  const account = state.account;
  const name = state.route.account.startsWith("AC") ? "account" : state.route.account;
  patch(document.querySelector("#top"), [
    h("a", { class: "mark", href: linkTo("recordings") }, icon("mark", ""), "recmock"),
    h("a", { class: "btn", href: linkTo("accounts") }, name,
      h("code", { class: "dim m" }, account ? shorten(account.account_sid) : "")),
    h("code", { class: "dim m" }, origin.replace(/^https?:\/\//, "")),
    h("span", { class: "grow" }),
    h("button", { type: "button", class: "bare", onclick: openPalette, "aria-haspopup": "dialog" }, icon("find"),
      h("span", { class: "m" }, "Find or do"), h("kbd", { class: "m" }, "Ctrl K"), h("span", { class: "vh" }, "palette")),
    h("span", { class: state.isGone ? "live off m" : "live m" }, state.isGone ? "Gone" : "Live"),
    h("button", { type: "button", class: "bare", onclick: switchTheme }, icon("theme"),
      h("span", { class: "vh" }, `Theme: ${readTheme()}`)),
  ]);
}

/** Draw the top bar and the rail. */
export function drawFrame(views, route) {
  drawTop();
  const links = Object.entries(views).map(([name, view]) => {
    const { number, refused } = view.counts?.() ?? {};
    return h("li", { key: name },
      h("a", { href: linkTo(name), "aria-current": name === route.view ? "page" : null }, view.nav ?? view.title,
        number != null && h("span", { class: "cnt" }, count(number)),
        refused ? h("span", { class: "cnt red", title: `${refused} refused` }, icon("failed"), count(refused)) : ""));
  });
  patch(document.querySelector("#rail"), [
    h("ul", null, links),
    h("footer", null, `recmock ${state.version}`, h("br"),
      button(["Keys: ", h("kbd", null, "?")], openHelp, { class: "bare" })),
  ]);
}
