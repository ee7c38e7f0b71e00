import { button, h, icon } from "./dom.js";
import { linkTo, setQuery, state } from "./state.js";

export const table = (caption, columns, rows, { selected = null, keyOf = (row) => row.number ?? row.sid, foot = null } = {}) => [
  h(".wrapx", h("table", { "data-rove": true },
    h("caption.vh", caption),
    h("thead", h("tr", columns.map(([heading, kind]) => h("th", { scope: "col", class: kind }, heading || h("span.vh", "Do"))))),
    h("tbody", rows.map((row) => {
      const key = keyOf(row);
      return h("tr", { key, class: key === selected ? "sel" : null, "data-key": key },
        columns.map(([, kind, cell]) => h("td", { class: kind.replace(/\bc\d\b/, "") }, cell(row))));
    })))),
  foot && h(".foot", foot),
];

const stops = (row) => [...row.querySelectorAll("a, button")];

export function rove(root) {
  for (const own of root.querySelectorAll("table[data-rove]")) {
    const all = stops(own.tBodies[0]);
    const chosen = all.find((stop) => stop === document.activeElement)
      ?? all.find((stop) => stop.matches("[data-stop]"))
      ?? own.querySelector("tr.sel a, tr.sel button") ?? all[0];
    for (const stop of all) setStop(stop, stop === chosen);
  }
}

function setStop(stop, isStop) {
  stop.tabIndex = isStop ? 0 : -1;
  stop.toggleAttribute("data-stop", isStop);
}

export function moveRow(by) {
  const own = document.activeElement?.closest("table[data-rove]") ?? document.querySelector("main table[data-rove]");
  if (!own) return false;
  const rows = [...own.tBodies[0].rows].filter((row) => stops(row).length);
  const at = rows.findIndex((row) => row.contains(document.activeElement));
  const start = at < 0 ? rows.findIndex((row) => row.classList.contains("sel")) : at;
  const row = rows[Math.min(rows.length - 1, Math.max(0, start < 0 ? 0 : start + by))];
  if (!row) return false;
  const column = at < 0 ? 0 : stops(rows[at]).indexOf(document.activeElement);
  (stops(row)[column] ?? stops(row)[0]).focus();
  return true;
}

document.addEventListener("focusin", (event) => {
  const own = event.target.closest?.("table[data-rove]");
  if (own?.tBodies[0].contains(event.target)) for (const stop of stops(own.tBodies[0])) setStop(stop, stop === event.target);
});

document.addEventListener("keydown", (event) => {
  const own = event.target.closest?.("table[data-rove] tbody");
  if (!own || event.altKey || event.ctrlKey || event.metaKey) return;
  const vertical = { ArrowDown: 1, ArrowUp: -1, Home: -1e9, End: 1e9 }[event.key];
  if (vertical) { event.preventDefault(); moveRow(vertical); }
  const sideways = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (sideways) {
    const all = stops(event.target.closest("tr"));
    event.preventDefault();
    event.stopPropagation();
    all[Math.min(all.length - 1, Math.max(0, all.indexOf(event.target) + sideways))]?.focus();
  }
});

export function mayEnter() {
  const own = document.querySelector("main table[data-rove]");
  return !own || (scrollY < 40 && !own.querySelector("tbody :focus, tbody tr:hover, tr.sel"));
}

const TYPED_MS = 150;
let typing = 0;

export const searchField = (label, hint) =>
  h(".find", icon("find"), h("input", {
    type: "search", placeholder: hint, "aria-label": label, value: state.route.query.get("q") ?? "",
    oninput: (event) => {
      const text = event.currentTarget.value;
      clearTimeout(typing);
      typing = setTimeout(() => setQuery({ q: text }), TYPED_MS);
    },
  }));

export const ticks = (label, choices) => {
  const pressed = new Set((state.route.query.get("show") ?? "").split(",").filter(Boolean));
  return h(".filters", { role: "group", "aria-label": label }, choices.map(([name, word, sign, colour]) =>
    button([sign && icon(sign, `i ${colour}`), word], () => {
      pressed.has(name) ? pressed.delete(name) : pressed.add(name);
      setQuery({ show: [...pressed].join(",") });
    }, { class: "tick", "aria-pressed": String(pressed.has(name)), key: name })));
};

export const isShown = (name) => (state.route.query.get("show") ?? "").split(",").includes(name);

export const isFound = (...texts) => {
  const text = texts.join(" ").toLowerCase();
  return (state.route.query.get("q") ?? "").toLowerCase().split(/\s+/).every((word) => text.includes(word));
};

export const detailPanel = (title, head, ...body) =>
  h("section.panel.stick", { "aria-labelledby": "detail", key: "detail" },
    h("header", head[0], h("h2", { id: "detail", "data-focus": true }, title), head.slice(1),
      h("a.btn.bare", { href: linkTo(state.route.view, "") }, icon("failed"), h("span.vh", "Close"))), body);

export const besides = (list, detail) => h("div", { class: detail ? "cols side" : "cols", key: "cols" }, list, detail);

export const emptyState = (title, reason, ...body) =>
  h("section.panel.empty", { key: "empty" },
    h("svg.spool", { "aria-hidden": "true" },
      [26, 21, 15, 7].map((r) => h("circle", { cx: "29", cy: "28", r })),
      h("line", { x1: "29", y1: "54", x2: "100%", y2: "54" }),
      h("svg", { x: "100%", overflow: "visible" }, h("g", { transform: "translate(-29 28)" },
        h("circle", { r: "26", "stroke-dasharray": "2 4" }), h("circle", { r: "7" })))),
    h("h2", title), h("p.soft", reason), body);
