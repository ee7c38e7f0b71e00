import { state } from "./state.js";

export const openHelp = async () => (await import("./help.js")).openHelp();
export const openPalette = async () => (await import("./palette.js")).openPalette();

export const VIEWS = {
  recordings: { title: "Recordings", key: "r", open: () => import("./view-recordings.js"),
    counts: () => ({ number: state.account && state.account.corpus + state.account.created }) },
  requests: { title: "Requests", key: "q", open: () => import("./view-requests.js"),
    counts: () => ({ number: state.account?.requests, refused: state.refused }) },
  callbacks: { title: "Callbacks", key: "c", open: () => import("./view-callbacks.js"),
    counts: () => ({ number: Object.values(state.account?.callbacks ?? {}).reduce((sum, count) => sum + count, 0) }) },
  calls: { title: "Calls", key: "l", open: () => import("./view-calls.js") },
  scenario: { title: "Scenario and clock", nav: "Scenario", key: "s", open: () => import("./view-scenario.js") },
  faults: { title: "Faults", key: "f", open: () => import("./view-faults.js"), counts: () => ({ number: state.account?.rule_count }) },
  try: { title: "Try it", key: "t", open: () => import("./view-tryit.js") },
  accounts: { title: "Accounts", key: "a", open: () => import("./view-accounts.js") },
};
