import { call, copy, inAccount, Refusal } from "./api.js";
import { button, h, patch } from "./dom.js";
import { state } from "./state.js";

const TOAST_MS = 4000;
const SPOKEN_EVERY_MS = 5000;
const COPIED_MS = 1500;
let spokenAt = -SPOKEN_EVERY_MS;
let hiding = 0;
export const page = {};

export function say(sentence, isAnswer = false) {
  const at = performance.now();
  if (!isAnswer && at - spokenAt < SPOKEN_EVERY_MS) return;
  spokenAt = at;
  const region = document.querySelector("#said");
  if (region) region.textContent = sentence;
}

export function toast(sentence, undo) {
  const box = document.querySelector("#toast");
  const close = () => patch(box, []);
  const hide = () => {
    if (box.matches(":focus-within, :hover")) hiding = setTimeout(hide, TOAST_MS);
    else close();
  };
  patch(box, h(".toast", h("span", sentence),
    undo && button("Undo", async () => { close(); await undo(); }), button("Close", close)));
  clearTimeout(hiding);
  hiding = setTimeout(hide, TOAST_MS);
  say(sentence, true);
}

export async function change(method, path, body, done) {
  if (state.isGone) return null;
  try {
    const found = await call(method, inAccount(state.route.account, path), body);
    await page.reload();
    if (done) toast(typeof done === "function" ? done(found) : done);
    return found ?? {};
  } catch (error) {
    toast(error instanceof Refusal ? error.message : "The server does not answer.");
    return null;
  }
}

export async function changeWithUndo(method, path, body, sentence) {
  const name = "before the last change";
  if (!(await change("POST", "/snapshots", { name }))) return null;
  const found = await change(method, path, body);
  if (found) toast(sentence, () => change("POST", "/rollback", { name }, "Undone."));
  return found;
}

export const reset = () => changeWithUndo("POST", "/reset", undefined, "The account is as it was at first.");
export const removeFaults = () => changeWithUndo("DELETE", "/faults", undefined, "All faults are removed.");

export const copyButton = (text, label = "Copy", props = {}) =>
  button(label, async (event) => {
    const own = event.currentTarget;
    await copy(typeof text === "function" ? await text() : text);
    own.firstChild.data = "Copied";
    say("Copied", true);
    setTimeout(() => { own.firstChild.data = label; }, COPIED_MS);
  }, props);

export const block = (text, label) => h(".block",
    h("pre", { tabindex: "0", role: "group", "aria-label": label }, text), copyButton(text));
