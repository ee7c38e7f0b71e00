// What the page knows: its address, the account, and what happened lately. Views read it; `changed` draws anew.

import { get, inAccount } from "./api.js";

export const state = {
  route: readRoute(),
  account: null,
  /** The account's clock, and when this page learned it. */
  learned: 0,
  events: [],
  nextEvent: 0,
  requests: [],
  refused: 0,
  callbacks: [],
  isLive: false,
  isGone: false,
  mayChange: true,
  session: { requires_token: false, is_signed_in: true },
  version: "",
  /** The link that gets the focus when its detail is closed. */
  returnTo: "",
};

export function readRoute() {
  const [path, query = ""] = location.hash.replace(/^#\/?/, "").split("?");
  const [account = "demo", view = "", ...rest] = path.split("/").map(decodeURIComponent);
  return { account: account || "demo", view: view || "recordings", id: rest.join("/"), query: new URLSearchParams(query) };
}

export function linkTo(view, id = "", query = {}) {
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

export async function refresh() {
  const account = state.route.account;
  const before = state.account;
  const found = await get(inAccount(account));
  if (account !== state.route.account) return false;
  state.account = found;
  state.learned = performance.now();
  const isOther =
    before?.account_sid !== found.account_sid || found.requests < before.requests || found.clock.now < before.clock.now;
  if (isOther) Object.assign(state, { events: [], nextEvent: 0, requests: [], callbacks: [] });
  const jobs = [readEvents(account)];
  if (isOther || before.requests !== found.requests || before.dropped !== found.dropped) jobs.push(readRequests(account));
  if (isOther || keyOf(before.callbacks) !== keyOf(found.callbacks) || found.callbacks.pending) jobs.push(readCallbacks(account));
  const hasEvents = (await Promise.all(jobs))[0];
  return isOther || hasEvents || keyOf({ ...before, clock: { ...before.clock, now: 0 } }) !== keyOf({ ...found, clock: { ...found.clock, now: 0 } });
}

const keyOf = (value) => JSON.stringify(value);

async function readEvents(account) {
  let isNew = false;
  for (;;) {
    const found = await get(inAccount(account, `/events?since=${state.nextEvent}&limit=1000`));
    if (account !== state.route.account || !found.length) return isNew;
    isNew = true;
    state.nextEvent = found.at(-1).serial + 1;
    state.events = [...state.events, ...found].slice(-KEPT_EVENTS);
    if (found.length < 1000) return true;
  }
}

async function readRequests(account) {
  const found = await get(inAccount(account, "/requests?limit=200"));
  if (account !== state.route.account) return;
  state.requests = found.requests.reverse();
  state.refused = found.requests.filter((request) => request.status >= 400).length;
}

async function readCallbacks(account) {
  const found = await get(inAccount(account, "/callbacks"));
  if (account === state.route.account) state.callbacks = found.reverse();
}
