// Times, lengths and names as text.

const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
const two = (number) => String(number).padStart(2, "0");

export const shorten = (sid) => (sid && sid.length > 20 ? `${sid.slice(0, 10)}…${sid.slice(-4)}` : sid ?? "");

export const timeOfDay = (at) => {
  const date = new Date(at);
  return `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`;
};

export const day = (at) => {
  const date = new Date(at);
  return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()}`;
};

export const moment = (at, now) => {
  const [then, seen] = [new Date(at), new Date(now)];
  if (day(then) === day(seen)) return timeOfDay(then);
  const start = `${MONTHS[then.getUTCMonth()]} ${then.getUTCDate()}`;
  const year = then.getUTCFullYear();
  return year === seen.getUTCFullYear() ? `${start} ${timeOfDay(then).slice(0, 5)}` : `${start} ${year}`;
};

export const span = (ms) => {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  const parts = [[86400, "d"], [3600, "h"], [60, "min"], [1, "s"]];
  const first = parts.findIndex(([size]) => seconds >= size);
  if (first < 0) return "0 s";
  let rest = seconds;
  return parts.slice(first, first + 2).map(([size, unit]) => {
    const count = Math.floor(rest / size);
    rest -= count * size;
    return count ? `${count} ${unit}` : "";
  }).filter(Boolean).join(" ");
};

export const length = (seconds) => {
  if (seconds == null) return "";
  const whole = Math.max(0, Math.floor(seconds));
  return whole < 3600
    ? `${Math.floor(whole / 60)}:${two(whole % 60)}`
    : `${Math.floor(whole / 3600)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
};

export const count = (number) => Number(number).toLocaleString("en-US");

export const plural = (number, one, many = `${one}s`) => `${count(number)} ${number === 1 ? one : many}`;

export const colourOf = (status) => (status >= 400 ? "red" : status >= 300 ? "amber" : "green");
