import { h } from "./dom.js";

export const table = (caption, columns, rows, { selected = null, keyOf = (row) => row.sid ?? row.number, foot = null } = {}) => [
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
      ?? all.find((stop) => stop.tabIndex === 0 && stop.dataset.stop)
      ?? own.querySelector("tr.sel a, tr.sel button") ?? all[0];
    for (const stop of all) setStop(stop, stop === chosen);
  }
}

function setStop(stop, isStop) {
  stop.tabIndex = isStop ? 0 : -1;
  if (isStop) stop.dataset.stop = "1";
  else delete stop.dataset.stop;
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
