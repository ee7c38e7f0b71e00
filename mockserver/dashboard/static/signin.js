import { call, Refusal } from "./api.js";
import { h, patch } from "./dom.js";

export function drawSignIn(main, done, problem = "") {
  document.title = "Sign in · recmock";
  const submit = async (event) => {
    event.preventDefault();
    const token = new FormData(event.currentTarget).get("token");
    try {
      await call("POST", "session", { token });
      await done();
    } catch (error) {
      drawSignIn(main, done, error instanceof Refusal ? error.message : "The server does not answer.");
    }
  };
  patch(main, h("form.panel.pad.lone", { key: "signin", onsubmit: submit },
    h("h1", "This server listens beyond localhost"),
    h("p.soft", "So it asks once for the control token that it printed at its start."),
    h("input", { type: "text", autocomplete: "username", value: "recmock", hidden: true }),
    h("label", "Control token",
      h("input", { type: "password", name: "token", autocomplete: "current-password", required: true })),
    problem && h("p.red", { role: "alert" }, problem),
    h(".row", h("button.first", "Sign in"))));
}
