import { page } from "./actions.js";
import { call, inAccount } from "./api.js";
import { codes, h, panel, why } from "./dom.js";
import { state } from "./state.js";

let verdict = null;

export function renderCheck() {
  const submit = async (event) => {
    event.preventDefault();
    const given = Object.fromEntries([...new FormData(event.currentTarget)].map(([name, value]) => [name, value.trim()]));
    verdict = await call("POST", inAccount(state.route.account, "/callbacks/verify"), given);
    page.redraw();
  };
  const field = { required: true, autocomplete: "off" };
  return panel("Is my signature right?", h("span.dim", "paste what your endpoint got"), h("form.pad", { onsubmit: submit },
    h("label", "URL as your endpoint sees it", h("input.mono", { name: "url", ...field })),
    h("label", "Body", h("textarea", { name: "body", rows: "4" })),
    h("label", "X-Twilio-Signature", h("input.mono", { name: "signature", ...field })),
    h(".row", h("button.first", "Check")),
    h("div", { role: "status" }, verdict && why("Verdict", verdict.is_valid ? "green" : "red", h("p", h("b", verdict.verdict)),
      codes(verdict.differences.map((own) => [own.name ?? own.part, `${own.signed ?? "nothing"} was signed, you have ${own.received ?? "nothing"}`]))))));
}
