import { change, removeFaults, reset } from "./actions.js";
import { advance, goToNextTimer } from "./deck.js";
import { h, patch } from "./dom.js";
import { switchTheme, VIEWS } from "./frame.js";
import { openHelp } from "./help.js";
import { linkTo, state } from "./state.js";

const MOST = 10;
let chosen = 0;

const go = (href) => () => { location.hash = href; };
const send = (...words) => () => change(...words);

function collect(text) {
  const isNamed = ([name]) => text.toLowerCase().split(/\s+/).every((word) => name.toLowerCase().includes(word));
  const sid = /^(RE|CA|AC)\w{32}$/.exec(text);
  const groups = {
    "A SID": sid ? [[text, "open", go(sid[1] === "AC" ? `#/${text}/recordings` : linkTo(sid[1] === "CA" ? "calls" : "recordings", text))]] : [],
    Recordings: state.account.timelines.flatMap(({ recording, sid: own, waits_for }) => [
      [recording, waits_for, go(linkTo("recordings", own))], [`${recording}: next step`, "n", send("POST", `/recordings/${own}/step`)]]),
    Views: Object.entries(VIEWS).map(([name, view]) => [view.title, `g ${view.key}`, go(linkTo(name))]),
    Do: [
      ["To the next timer", ".", goToNextTimer], ["Move the clock 30 s on", "+", () => advance("30s")],
      ["Freeze the clock", "", send("POST", "/clock", { mode: "frozen" })], ["Let the clock run", "", send("POST", "/clock", { mode: "real" })],
      ["Remove all faults", "", removeFaults],
      ["Reset the account", "", reset],
      ["Switch the theme", "", switchTheme], ["Keys and signs", "?", openHelp],
    ],
    Requests: state.requests.map((own) => [`#${own.number} ${own.method} ${own.target}`, own.status, go(linkTo("requests", own.number))]),
  };
  return Object.entries(groups).map(([title, items]) => [title, items.filter((item) => sid || isNamed(item)).slice(0, MOST)]).filter(([, items]) => items.length);
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
  const run = (item) => { dialog.close(); item?.[2](); };
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
          h("span.grow.one", item[0]), h("span.dim.one", item[1]));
      })))),
    !items.length && h("p.pad.dim", "Nothing is called so."),
    h("p.foot", h("span", h("kbd", "↑"), " ", h("kbd", "↓"), " choose"),
      h("span", h("kbd", "Enter"), " go"), h("span", h("kbd", "Esc"), " back")),
  ]);
}
