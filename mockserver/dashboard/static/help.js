import { button, chip, h, icon, patch } from "./dom.js";
import { VIEWS } from "./frame.js";
import { hasSingleKeys, setSingleKeys } from "./keys.js";

const KEYS = {
  Anywhere: [["Find or do", "Ctrl-K"], ["Filter this view", "/"], ["Down, up", "j k"], ["Open", "Enter"],
    ["Back, close", "Esc"], ["Take in what is new", "u"], ["This", "?"]],
  "A recording": [["Play or pause", "Space"], ["Back, on 5 s", "← →"], ["Next step", "n"], ["Newer, older", "[ ]"]],
  Clock: [["To the next timer", "."], ["30 s on", "+"]],
};
const STATUSES = {
  "in-progress": "being recorded", paused: "until resumed", stopped: "by the API", processing: "file in the making",
  completed: "can be heard", absent: "nothing to hear", deleted: "in lists 40 days", failed: "could not be made",
};

const listKeys = (title, rows) => h("section", h("h3", title), h("dl.kv",
  rows.map(([name, keys]) => [h("dt", name), h("dd", keys.split(" ").map((key) => [h("kbd", key), " "]))])));

export function openHelp() {
  const dialog = document.querySelector("#help");
  const go = Object.values(VIEWS).map((view) => [view.title, `g ${view.key}`]);
  patch(dialog, [
    h(".row.foot.top-foot", h("h2", { id: "help-title", class: "grow" }, "Keys and signs"),
      h("label.row", h("input", {
        type: "checkbox", checked: hasSingleKeys(), onchange: (event) => setSingleKeys(event.currentTarget.checked),
      }), " single keys"),
      button([icon("failed"), h("span.vh", "Close")], () => dialog.close(), { class: "bare" })),
    h(".keys", listKeys("Go", go),
      Object.entries(KEYS).map(([title, rows]) => listKeys(title, rows)),
      h("section", h("h3", "Statuses"), h("dl.kv", Object.entries(STATUSES).map(([status, words]) =>
        [h("dt", chip(status)), h("dd.dim", words)])))),
  ]);
  dialog.showModal();
}
