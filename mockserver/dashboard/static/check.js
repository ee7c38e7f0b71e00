// Is my signature right? The page computes it as an endpoint must, and names the one part that differs.

import { page } from "./actions.js";
import { h, panel, why } from "./dom.js";
import { state } from "./state.js";

let verdict = null;

async function sign(text) {
  const bytes = (value) => new TextEncoder().encode(value);
  const key = await crypto.subtle.importKey("raw", bytes(state.account.auth_token), { name: "HMAC", hash: "SHA-1" }, false, ["sign"]);
  return btoa(String.fromCharCode(...new Uint8Array(await crypto.subtle.sign("HMAC", key, bytes(text)))));
}

async function check({ url, body, signature }, callbacks) {
  const got = Object.fromEntries(new URLSearchParams(body));
  const toText = (own) => own + Object.keys(got).sort().map((name) => name + got[name]).join("");
  const expected = await sign(toText(url));
  if (expected === signature) return ["Yes. ", "The signature is right for this URL and body."];
  const sent = callbacks.find((own) => own.signature === signature);
  if (sent && sent.url !== url) return ["No. ", `The signature is genuine, but for another URL: it was made for ${sent.url}, you check against ${url}. Behind a proxy that ends TLS, rebuild the URL from X-Forwarded-Proto, or start with --public-url.`];
  const other = sent && Object.keys({ ...sent.parameters, ...got }).find((name) => sent.parameters[name] !== got[name]);
  if (other) return ["No. ", `The URL is right, but ${other} differs: ${sent.parameters[other] ?? "nothing"} was signed, you have ${got[other] ?? "nothing"}.`];
  return ["No. ", `No callback has this signature. The account’s token makes ${expected} of this URL and body.`];
}

export function renderCheck(callbacks) {
  const submit = async (event) => {
    event.preventDefault();
    const given = Object.fromEntries([...new FormData(event.currentTarget)].map(([name, value]) => [name, value.trim()]));
    verdict = globalThis.crypto?.subtle ? await check(given, callbacks) : ["", "The browser signs only at localhost or over HTTPS."];
    page.redraw();
  };
  const field = { required: true, autocomplete: "off" };
  return panel("Is my signature right?", h("span.dim", "paste what your endpoint got"), h("form.pad", { onsubmit: submit },
    h("label", "URL as your endpoint sees it", h("input.mono", { name: "url", ...field })),
    h("label", "Body", h("textarea", { name: "body", rows: "4" })),
    h("label", "X-Twilio-Signature", h("input.mono", { name: "signature", ...field })),
    h(".row", h("button.first", "Check")),
    h("div", { role: "status" }, verdict && why("Verdict", verdict[0] === "Yes. " ? "green" : "red", h("p", h("b", verdict[0]), verdict[1])))));
}
