// Ctrl-K: find a recording, a request, a view or an account, or do something.

import { change, changeWithUndo } from "./actions.js";
import { advance, goToNextTimer } from "./deck.js";
import { h, icon, patch } from "./dom.js";
import { switchTheme } from "./frame.js";
import { openHelp } from "./help.js";
import { linkTo, state } from "./state.js";
import { VIEWS } from "./views.js";

const MOST = 6;
let chosen = 0;

const go = (href) => () => { location.hash = href; };

function collect(text) {
  const account = state.account;
  const views = Object.entries(VIEWS).map(([name, view]) => ({ name: view.title, hint: `g ${view.key}`, sign: "next", run: go(linkTo(name)) }));
  const timelines = (account?.timelines ?? []).flatMap((timeline) => [
    { name: timeline.recording, hint: timeline.waits_for, sign: "processing", run: go(linkTo("recordings", timeline.sid)) },
    { name: `${timeline.recording}: next step`, hint: "n", sign: "next", run: () => change("POST", `/recordings/${timeline.sid}/step`) },
  ]);
  const actions = [
    { name: "To the next timer", hint: ".", sign: "next", run: goToNextTimer },
    { name: "Move the clock 30 s on", hint: "+", sign: "next", run: () => advance("30s") },
    { name: "Freeze the clock", hint: "", sign: "pause", run: () => change("POST", "/clock", { mode: "frozen" }) },
    { name: "Let the clock run", hint: "", sign: "play", run: () => change("POST", "/clock", { mode: "real" }) },
    { name: "Remove all faults", hint: "", sign: "failed", run: () => changeWithUndo("DELETE", "/faults", undefined, "All faults are removed.") },
    { name: "Reset the account", hint: "", sign: "failed", run: () => changeWithUndo("POST", "/reset", undefined, "The account is as it was at first.") },
    { name: "Switch the theme", hint: "", sign: "theme", run: switchTheme },
    { name: "Keys and signs", hint: "?", sign: "more", run: openHelp },
  ];
  const requests = state.requests.map((request) => ({
    name: `#${request.number} ${request.method} ${request.target}`, hint: String(request.status), sign: "request",
    run: go(linkTo("requests", String(request.number))),
  }));
  const direct = /^(RE|CA|AC)[0-9a-f]{32}$/i.test(text) ? [{
    name: text, hint: "open", sign: "find",
    run: go(/^AC/i.test(text) ? `#/${text}/recordings` : linkTo(/^CA/i.test(text) ? "calls" : "recordings", text)),
  }] : [];
  const words = text.toLowerCase().split(/\s+/);
  const matches = (item) => words.every((word) => item.name.toLowerCase().includes(word));
  const groups = { "A SID": direct, Recordings: timelines.filter((item) => matches(item)), Views: views.filter(matches), Do: actions.filter(matches), Requests: requests.filter(matches) };
  return Object.entries(groups).map(([title, items]) => [title, items.slice(0, title === "Views" || title === "Do" ? 10 : MOST)])
    .filter(([, items]) => items.length);
}

export function openPalette() {
  const dialog = document.querySelector("#palette");
  if (dialog.open) return;
  chosen = 0;
  dialog.$kids = undefined;
  draw(dialog, "");
  dialog.showModal();
}

function draw(dialog, text) {
  const groups = collect(text.trim());
  const items = groups.flatMap(([, found]) => found);
  chosen = Math.max(0, Math.min(chosen, items.length - 1));
  const run = (item) => { dialog.close(); item?.run(); };
  const press = (event) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by) chosen = (chosen + by + items.length) % Math.max(1, items.length);
    else if (event.key === "Enter") return event.preventDefault(), run(items[chosen]);
    else return;
    event.preventDefault();
    draw(dialog, text);
    dialog.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  };
  let index = 0;
  patch(dialog, [
    h("input", {
      type: "text", role: "combobox", "aria-expanded": "true", "aria-controls": "palette-list", "aria-label": "Find or do",
      "aria-activedescendant": items.length ? `option-${chosen}` : null, autocomplete: "off", onkeydown: press,
      oninput: (event) => { chosen = 0; draw(dialog, event.currentTarget.value); },
    }),
    h("div", { role: "listbox", id: "palette-list", "aria-label": "Results" }, groups.map(([title, found]) =>
      h("div", { role: "group", "aria-label": title, key: title }, h("span", { "aria-hidden": "true" }, title), found.map((item) => {
        const own = index++;
        return h("div", { role: "option", id: `option-${own}`, "aria-selected": String(own === chosen), onclick: () => run(item) },
          icon(item.sign), h("span.grow.one", item.name), h("span.dim.one", item.hint));
      })))),
    !items.length && h("p.pad.dim", "Nothing is called so."),
    h("p.foot", h("span", h("kbd", "↑"), " ", h("kbd", "↓"), " choose"),
      h("span", h("kbd", "Enter"), " go"), h("span", h("kbd", "Esc"), " back")),
  ]);
}
