import { origin } from "./api.js";
import { button, h, icon, patch } from "./dom.js";
import { count, shorten } from "./format.js";
import { linkTo, state } from "./state.js";
import { openHelp, openPalette, VIEWS } from "./views.js";

const THEMES = ["auto", "light", "dark"];
const root = document.documentElement;

function readTheme() {
  try { return localStorage.getItem("recmock-theme") ?? "auto"; } catch { return "auto"; }
}

export function setTheme(theme) {
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
