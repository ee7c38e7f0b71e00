const DAY = new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", day: "numeric", month: "short", year: "numeric" });

export const shorten = (sid) => (sid && sid.length > 20 ? `${sid.slice(0, 10)}…${sid.slice(-4)}` : sid ?? "");

export const timeOfDay = (at) => new Date(at).toISOString().slice(11, 19);

export const day = (at) => DAY.format(new Date(at));

export const moment = (at, now) => {
  const [own, today] = [day(at), day(now)];
  return own === today ? timeOfDay(at) : own.slice(-4) === today.slice(-4) ? `${own.slice(0, -5)} ${timeOfDay(at).slice(0, 5)}` : own;
};

const UNITS = [[86400, "d"], [3600, "h"], [60, "min"], [1, "s"]];

export const span = (ms) => {
  let rest = Math.max(0, Math.ceil(ms / 1000));
  return UNITS.map(([size, unit]) => {
    const number = Math.floor(rest / size);
    rest %= size;
    return number && `${number} ${unit}`;
  }).filter(Boolean).slice(0, 2).join(" ") || "0 s";
};

export const length = (seconds) => {
  if (seconds == null) return "";
  const text = new Date(seconds * 1000).toISOString().slice(seconds < 3600 ? 14 : 11, 19);
  return text.replace(/^0/, "");
};

export const count = (number) => Number(number).toLocaleString("en-US");

export const plural = (number, one, many = `${one}s`) => `${count(number)} ${number === 1 ? one : many}`;

export const colourOf = (status) => (status >= 400 ? "red" : status >= 300 ? "amber" : "green");
