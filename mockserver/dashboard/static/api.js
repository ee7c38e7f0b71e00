const base = new URL("./", document.baseURI);
export const urlOf = (path) => new URL(path, base).href;
export const origin = urlOf("..").slice(0, -1);

export class Refusal extends Error {
  constructor(status, reason) {
    super(reason);
    this.status = status;
  }
}

export async function call(method, path, body) {
  const response = await fetch(urlOf(path), {
    method,
    cache: "no-store",
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await response.text();
  let found = null;
  try { found = JSON.parse(text); } catch { }
  if (!response.ok) throw new Refusal(response.status, found?.reason ?? `${response.status} ${response.statusText}`);
  return found;
}

const asked = new Map();

export function get(path) {
  const found = asked.get(path) ?? call("GET", path);
  asked.delete(path);
  return found;
}

const isOpen = "open" in document.documentElement.dataset;

export const session = isOpen ? { is_signed_in: true } : get("session");

export const inAccount = (account, path = "") => `accounts/${encodeURIComponent(account)}${path}`;

for (const path of isOpen && !location.hash ? ["", "/requests?limit=200", "/callbacks", "/events?since=0", "/recordings?deleted=false", "/timelines?also="] : []) {
  const own = inAccount("demo", path);
  asked.set(own, call("GET", own));
}
addEventListener("hashchange", () => asked.clear());

export async function copy(text) {
  if (navigator.clipboard) {
    try { return await navigator.clipboard.writeText(text); } catch { }
  }
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "vh";
  document.body.append(field);
  const focused = document.activeElement;
  field.select();
  document.execCommand("copy");
  field.remove();
  focused?.focus?.();
}
