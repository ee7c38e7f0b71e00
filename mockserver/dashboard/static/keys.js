import { advance, goToNextTimer } from "./deck.js";
import { openHelp, openPalette, VIEWS } from "./frame.js";
import { linkTo, state } from "./state.js";
import { moveRow } from "./table.js";

const SECOND_KEY_MS = 1000;
let goPressed = -SECOND_KEY_MS;

const skip = async (seconds) => (await import("./player.js")).skip(seconds);

export function hasSingleKeys() {
  try { return localStorage.getItem("recmock-keys") !== "off"; } catch { return true; }
}

export function setSingleKeys(isOn) {
  try { localStorage.setItem("recmock-keys", isOn ? "on" : "off"); } catch { }
}

export function listen() {
  addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      return openPalette();
    }
    const target = event.target;
    const isField = /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName);
    if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented || document.querySelector("dialog[open]")) return;
    if (event.key === "Escape") return goBack(target, isField);
    if (isField || !hasSingleKeys()) return;
    if (event.timeStamp - goPressed < SECOND_KEY_MS) {
      goPressed = -SECOND_KEY_MS;
      const name = Object.keys(VIEWS).find((view) => VIEWS[view].key === event.key);
      if (name) { event.preventDefault(); location.hash = linkTo(name); }
      return;
    }
    press(event, target);
  });
}

function press(event, target) {
  const isControl = /^(BUTTON|A|SUMMARY|AUDIO)$/.test(target.tagName);
  const click = (selector) => document.querySelector(selector)?.click();
  const actions = {
    g: () => { goPressed = event.timeStamp; },
    j: () => moveRow(1),
    k: () => moveRow(-1),
    "/": () => document.querySelector("main input[type=search]")?.focus(),
    "?": openHelp,
    u: () => click("main [data-key-u]"),
    n: () => click("main [data-key-n]"),
    "[": () => click("main [data-key-newer]"),
    "]": () => click("main [data-key-older]"),
    ".": goToNextTimer,
    "+": () => advance("30s"),
    " ": () => click("main .play"),
    ArrowLeft: () => skip(-5),
    ArrowRight: () => skip(5),
  };
  if (!actions[event.key] || (event.key === " " && (isControl || !document.querySelector("main .play")))) return;
  if (event.key.startsWith("Arrow") && !document.querySelector("main .play")) return;
  event.preventDefault();
  actions[event.key]();
}

function goBack(target, isField) {
  if (isField) return target.blur();
  const { view, id, query } = state.route;
  if (!id) return;
  state.returnTo = location.hash.split("?")[0];
  location.hash = linkTo(view);
}
