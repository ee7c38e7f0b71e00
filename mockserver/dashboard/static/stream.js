const KINDS = ["recording", "event", "request", "callback", "call", "clock", "rules", "account", "lag"];
const RETRY_MS = 3000;

export function stream(url, tell) {
  let source;
  let retry;
  const open = () => {
    source = new EventSource(url);
    source.onopen = () => tell("open");
    source.onerror = () => {
      tell("gone");
      if (source.readyState === EventSource.CLOSED) retry = setTimeout(open, RETRY_MS);
    };
    for (const kind of KINDS) source.addEventListener(kind, () => tell(kind));
  };
  open();
  return () => { clearTimeout(retry); source.close(); };
}
