const snake = (name) => name.replace(/[<>]$/, (sign) => (sign === "<" ? "Before" : "After")).replaceAll(/([a-z])([A-Z])/g, "$1_$2").toLowerCase();
const camel = (name) => snake(name).replaceAll(/_(\w)/g, (_, letter) => letter.toUpperCase());
export const shellQuote = (text) => `'${String(text).replaceAll("'", "'\\''")}'`;

export const toFlags = (values) => Object.entries(values).map(([name, value]) => `--data-urlencode ${shellQuote(`${name}=${value}`)}`);

const toCurl = (operation, values, account, target) => [
  `curl -su ${account.account_sid}:${account.auth_token}`,
  ...(operation.method === "GET" ? ["-G"] : [`-X ${operation.method}`]),
  ...toFlags(values),
  shellQuote(target),
].join(" \\\n  ");

export function writeProgram(language, operation, values, account, target) {
  if (language === "curl") return toCurl(operation, values, account, target);
  if (/media$|data$/.test(operation.name)) return "No SDK has a method for this: use an HTTP client.";
  const rename = language === "node" ? camel : snake;
  const parts = target.split("/2010-04-01")[1].replace(/\.json$/, "").split("/").slice(1);
  const own = parts.length > 2 ? parts.slice(2) : ["api", ...parts];
  const chain = own.map((part) => (/^[A-Z]{2}\w{32}$/.test(part) ? `("${part}")` : `.${rename(part)}`)).join("");
  const verb = operation.name.split("_")[0];
  const pairs = Object.entries(values).map(([name, value]) => `${rename(name)}${language === "python" ? "=" : ": "}${JSON.stringify(value)}`).join(", ");
  return `client${chain}.${language === "node" && verb === "delete" ? "remove" : verb}(${language === "node" && pairs ? `{ ${pairs} }` : pairs})`;
}
