import { stream } from "./stream.js";

const streams = new Map();

self.onconnect = ({ ports: [port] }) => {
  let followed = "";
  const leave = () => {
    const own = streams.get(followed);
    own?.ports.delete(port);
    if (own && !own.ports.size) { own.close(); streams.delete(followed); }
  };
  port.onmessage = ({ data: url }) => {
    leave();
    followed = url;
    if (!url) return;
    const own = streams.get(url) ?? { ports: new Set(), last: "" };
    own.ports.add(port);
    if (own.last) port.postMessage(own.last === "gone" ? "gone" : "open");
    streams.set(url, own);
    own.close ??= stream(url, (kind) => {
      own.last = kind;
      for (const other of own.ports) other.postMessage(kind);
    });
  };
};
