// Notices changes of the account. Only a tab that is seen asks, so any number of tabs may be open.

import { get } from "./api.js";
import { refresh, state } from "./state.js";

const EVERY_MS = 1000;

export function follow({ changed, gone, back }) {
  let isAsking = false;
  const ask = async () => {
    if (isAsking || document.hidden || document.body.classList.contains("signed-out")) return;
    isAsking = true;
    try {
      const before = { requests: state.account?.requests ?? 0, refused: state.refused };
      if (state.isGone) {
        await get("health");
        state.isGone = false;
        await back(false);
      } else if (await refresh()) await changed(describe(before));
    } catch {
      if (!state.isGone) { state.isGone = true; gone(); }
    } finally { isAsking = false; }
  };
  setInterval(ask, EVERY_MS);
  document.addEventListener("visibilitychange", ask);
}

function describe(before) {
  const requests = (state.account?.requests ?? 0) - before.requests;
  if (requests <= 0) return "";
  const refused = Math.max(0, state.refused - before.refused);
  return `${requests} request${requests === 1 ? "" : "s"}${refused ? `, ${refused} refused` : ""}`;
}
