import { button, h, icon } from "./dom.js";
import { linkTo, setQuery, state } from "./state.js";

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
