// @ts-check
// What a user does: changes with their refusals, undo, copies, and what is said about them.

import { call, copy, inAccount, Refusal } from "./api.js";
import { button, h, patch } from "./dom.js";
import { state } from "./state.js";

const TOAST_MS = 4000;
const SPOKEN_EVERY_MS = 5000;
const COPIED_MS = 1500;
let spokenAt = -SPOKEN_EVERY_MS;
let hiding = 0;
/** Draw the page anew after a change; app.js sets it. */
export const page = { reload: async () => {} };

/** Say a sentence in the live region, at most one in 5 s unless it answers the user. */
export function say(sentence, isAnswer = false) {
  const at = performance.now();
  if (!isAnswer && at - spokenAt < SPOKEN_EVERY_MS) return;
  spokenAt = at;
  const region = document.querySelector("#said");
  if (region) region.textContent = sentence;
}

/** Show what cannot be seen otherwise. It stays while it has the focus or the pointer. */
export function toast(sentence, undo) {
  const box = /** @type {HTMLElement} */ (document.querySelector("#toast"));
  const hide = () => {
    if (box.matches(":focus-within, :hover")) hiding = setTimeout(hide, TOAST_MS);
    else patch(box, []);
  };
  const close = () => patch(box, []);
  patch(box, h("div", { class: "toast" }, h("span", null, sentence),
    undo && button("Undo", async () => { close(); await undo(); }), button("Close", close)));
  clearTimeout(hiding);
  hiding = setTimeout(hide, TOAST_MS);
  say(sentence, true);
}

/** Change something, draw what came of it, and show a refusal. Returns the answer, or null if it was refused. */
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

/** Change something after a snapshot, and offer to undo it. */
export async function changeWithUndo(method, path, body, sentence) {
  const name = "before the last change";
  if (!(await change("POST", "/snapshots", { name }))) return null;
  const found = await change(method, path, body);
  if (found) toast(sentence, () => change("POST", "/rollback", { name }, "Undone."));
  return found;
}

/** A button that copies a text, and says so for 1.5 s. */
export const copyButton = (text, label = "Copy", props = {}) =>
  button(label, async (event) => {
    const own = event.currentTarget;
    await copy(typeof text === "function" ? await text() : text);
    own.firstChild.data = "Copied";
    say("Copied", true);
    setTimeout(() => { own.firstChild.data = label; }, COPIED_MS);
  }, props);

/** A block of code to copy. */
export const block = (text, label, props = {}) =>
  h("div", { class: "block", ...props },
    h("pre", { tabindex: "0", role: "group", "aria-label": label }, text), copyButton(text));
