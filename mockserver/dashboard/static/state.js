import { get, inAccount } from "./api.js";

export const state = {
  route: readRoute(),
  account: null,
  learned: 0,
  events: [],
  nextEvent: 0,
  requests: [],
  refused: 0,
  callbacks: [],
  isGone: false,
  version: "",
  returnTo: "",
};

export function readRoute() {
  const [path, query = ""] = location.hash.replace(/^#\/?/, "").split("?");
  const [account = "demo", view = "", ...rest] = path.split("/").map(decodeURIComponent);
  return { account: account || "demo", view: view || "recordings", id: rest.join("/"), query: new URLSearchParams(query) };
}

export function linkTo(view, id = "", query = view === state.route.view ? Object.fromEntries(state.route.query) : {}) {
  const filters = new URLSearchParams(Object.entries(query).filter(([, value]) => value)).toString();
  const parts = [state.route.account, view, id].filter((part) => part !== "").map(encodeURIComponent);
  return `#/${parts.join("/")}${filters ? `?${filters}` : ""}`;
}

export function setQuery(changes) {
  const { view, id, query } = state.route;
  const next = { ...Object.fromEntries(query), ...changes };
  history.replaceState(null, "", linkTo(view, id, next));
  state.route = readRoute();
  dispatchEvent(new Event("hashchange"));
}

export function now() {
  const clock = state.account?.clock;
  return clock ? Date.parse(clock.now) + (state.isGone ? 0 : (performance.now() - state.learned) * clock.rate) : Date.now();
}

const KEPT_EVENTS = 500;

export const read = (path) => get(inAccount(state.route.account, path));

let reading;
export const refresh = (kinds) => reading = Promise.allSettled([reading]).then(() => readAll(kinds));

async function readAll(kinds) {
  const { account } = state.route;
  const isNew = !kinds || ["account", "lag", "open"].some((kind) => kinds.has(kind));
  const has = (kind) => isNew || kinds.has(kind);
  const since = isNew ? 0 : state.nextEvent;
  const [found, requests, callbacks, events] = await Promise.all([read(""), has("request") && read("/requests?limit=200"),
    has("callback") && read("/callbacks"), has("event") && readEvents(since)]);
  if (account !== state.route.account) return;
  Object.assign(state, { account: found, learned: performance.now() });
  if (requests) {
    state.requests = requests.requests.reverse();
    state.refused = state.requests.filter((request) => request.status >= 400).length;
  }
  if (callbacks) state.callbacks = callbacks.reverse();
  if (events) {
    state.nextEvent = events.at(-1) ? events.at(-1).serial + 1 : since;
    state.events = [...(isNew ? [] : state.events), ...events].slice(-KEPT_EVENTS);
  }
}

async function readEvents(since) {
  const found = await read(`/events?since=${since}`);
  return found.length < 1000 ? found : [...found, ...(await readEvents(found.at(-1).serial + 1))];
}
