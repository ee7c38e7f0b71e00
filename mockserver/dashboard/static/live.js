import { inAccount, urlOf } from "./api.js";
import { plural } from "./dom.js";
import { refresh, state } from "./state.js";

const EVERY_MS = 250;

function connect(tell) {
  let close = () => {};
  let followed;
  const alone = async (url) => {
    const { stream } = await import("./stream.js");
    close();
    close = url ? stream(url, tell) : () => {};
  };
  let send = alone;
  if (globalThis.SharedWorker) {
    const url = urlOf("ui/worker.js");
    const policy = globalThis.trustedTypes?.createPolicy("recmock", { createScriptURL: () => url });
    const worker = new SharedWorker(policy?.createScriptURL("") ?? url, { type: "module" });
    worker.onerror = () => { send = alone; send(followed); };
    worker.port.onmessage = ({ data }) => tell(data);
    send = (path) => worker.port.postMessage(path);
  }
  return (url) => send(followed = url);
}

export function follow({ changed, gone, back }) {
  const kinds = new Set();
  let [timer, updatedAt, followed] = [0, 0, ""];
  const update = async () => {
    timer = 0;
    if (document.hidden) return;
    updatedAt = performance.now();
    const [asked, before, refused] = [new Set(kinds), state.account.requests, state.refused];
    kinds.clear();
    try {
      await refresh(asked);
      const number = state.account.requests - before;
      await changed(number > 0 ? `${plural(number, "request")}, ${Math.max(0, state.refused - refused)} refused` : "");
    } catch { gone(); }
  };
  const plan = () => { timer ||= setTimeout(update, Math.max(0, updatedAt + EVERY_MS - performance.now())); };
  const send = connect((kind) => {
    if (kind === "gone") return gone();
    if (kind === "open" && state.isGone) return back();
    kinds.add(kind);
    plan();
  });
  const attend = () => {
    const url = urlOf(inAccount(state.route.account, "/stream"));
    if (url !== followed) send(followed = url);
    if (kinds.size) plan();
  };
  addEventListener("hashchange", attend);
  addEventListener("pagehide", () => send(followed = ""));
  addEventListener("pageshow", attend);
  document.addEventListener("visibilitychange", attend);
  attend();
}
