const SVG = "http://www.w3.org/2000/svg";

const isProps = (value) => value?.constructor === Object && !("kids" in value) && !("text" in value);

export function h(name, ...children) {
  const [tag, ...classes] = name.split(".");
  const props = isProps(children[0]) ? { ...children.shift() } : {};
  if (classes.length) props.class = [...classes, props.class].filter(Boolean).join(" ");
  return { tag: tag || "div", props, kids: toNodes(children) };
}

const toNode = (child) =>
  child == null || child === false ? { text: "" } : typeof child === "object" ? child : { text: String(child) };

const toNodes = (children) => children.flat(Infinity).map(toNode);

export const patch = (parent, children) => patchNodes(parent, toNodes([children]));

function patchNodes(parent, next) {
  const before = parent.$kids ?? [];
  if (!parent.$kids) parent.textContent = "";
  parent.$kids = next;
  if (!before.length) return parent.append(...next.map((node) => create(node, parent)));
  const keyed = new Map();
  const plain = [];
  for (const node of before) node.props?.key === undefined ? plain.push(node) : keyed.set(node.props.key, node);
  const kept = new Set();
  let count = 0;
  for (const node of next) {
    const old = node.props?.key === undefined ? plain[count++] : keyed.get(node.props.key);
    if (old && old.tag === node.tag && !kept.has(old)) {
      kept.add(old);
      node.dom = old.dom;
      update(node, old);
    } else create(node, parent);
  }
  for (const node of before) if (!kept.has(node)) node.dom.remove();
  let cursor = parent.firstChild;
  for (const node of next) {
    if (node.dom === cursor) cursor = cursor.nextSibling;
    else parent.insertBefore(node.dom, cursor);
  }
}

function create(node, parent) {
  if (node.tag === undefined) return node.dom = document.createTextNode(node.text);
  const isSvg = node.tag === "svg" || parent.namespaceURI === SVG;
  node.dom = isSvg ? document.createElementNS(SVG, node.tag) : document.createElement(node.tag);
  update(node, { props: {}, kids: [] });
  return node.dom;
}

function update(node, old) {
  const dom = node.dom;
  if (node.tag === undefined) {
    if (node.text !== old.text) dom.data = node.text;
    return;
  }
  for (const name in node.props) {
    if (old.props[name] !== node.props[name]) setProp(dom, name, node.props[name]);
  }
  for (const name in old.props) if (!(name in node.props)) setProp(dom, name);
  if (node.kids.length || old.kids.length) patchNodes(dom, node.kids);
}

function setProp(dom, name, value) {
  if (name === "key") return;
  if (name.startsWith("on")) dom[name] = value ?? null;
  else if (name === "value" || name === "checked") dom[name] = value ?? "";
  else if (value == null || value === false) dom.removeAttribute(name);
  else dom.setAttribute(name, value === true ? "" : value);
}

export const icon = (name, kind = "i") => h("svg", { class: kind, "aria-hidden": "true" }, h("use", { href: `#${name}` }));

export const chip = (status, word = status, shape = status) =>
  h("span", { class: `st ${status}` }, icon(shape, "g"), word);

export const button = (label, onclick, props = {}) => h("button", { type: "button", onclick, ...props }, label);

export const segment = (label, choices, current, choose) =>
  h("span.seg", { role: "group", "aria-label": label },
    choices.map(([value, word = value]) =>
      button(word, () => choose(value), { "aria-pressed": String(value === current), key: value })));

export const panel = (title, head, ...body) => {
  const id = `p-${title.toLowerCase().replaceAll(/\W+/g, "-")}`;
  return h("section.panel", { "aria-labelledby": id, key: id },
    h("header", h("h2", { id }, title), head), ...body);
};

export const details = (summary, ...body) => h("details", h("summary", summary), body);

export const facts = (pairs) =>
  h("dl.kv", pairs.filter(([, value]) => value != null && value !== "")
    .map(([name, value]) => [h("dt", name), h("dd", value)]));

export const codes = (pairs) => facts(pairs.map((pair) => pair.map((text) => h("code", text))));

export const story = (rows) => h("ol.story", rows.map(([time, sign, colour, what, end, key]) =>
  h("li", { key }, h("time", time), icon(sign, `g ${colour}`), h("span", what), h("span.dim", end))));

export const why = (title, colour, ...body) => h("div", { class: `why ${colour}` }, h("h3", title), ...body);

export const shorten = (sid) => (sid && sid.length > 20 ? `${sid.slice(0, 10)}…${sid.slice(-4)}` : sid ?? "");

export const shortenAll = (text) => text.replaceAll(/\b[A-Z]{2}[0-9a-f]{32}\b/gi, shorten);

export const timeOfDay = (at) => new Date(at).toISOString().slice(11, 19);

export const day = (at) => new Date(at).toUTCString().slice(5, 16).replace(/^0/, "");

export const moment = (at, now) => {
  const [own, today] = [day(at), day(now)];
  return own === today ? timeOfDay(at) : own.slice(-4) === today.slice(-4) ? `${own.slice(0, -5)} ${timeOfDay(at).slice(0, 5)}` : own;
};

const UNITS = [[86400, "d"], [3600, "h"], [60, "min"], [1, "s"]];

export const span = (ms) => {
  let rest = Math.max(0, Math.ceil(ms / 1000));
  return UNITS.map(([size, unit]) => {
    const number = Math.floor(rest / size);
    rest %= size;
    return number && `${number} ${unit}`;
  }).filter(Boolean).slice(0, 2).join(" ") || "0 s";
};

export const length = (seconds) => {
  if (seconds == null) return "";
  const text = new Date(seconds * 1000).toISOString().slice(seconds < 3600 ? 14 : 11, 19);
  return text.replace(/^0/, "");
};

export const count = (number) => String(number).replaceAll(/\B(?=(\d{3})+$)/g, ",");

export const plural = (number, one, many = `${one}s`) => `${count(number)} ${number === 1 ? one : many}`;

export const colourOf = (status) => (status >= 400 ? "red" : status >= 300 ? "amber" : "green");
