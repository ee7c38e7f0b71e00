// Written by recmock. Node before 24 reads no proxy variables: neither its `fetch` nor its `https`.
"use strict";

const http = require("http");
const https = require("https");
const net = require("net");
const tls = require("tls");

const [major, minor] = process.versions.node.split(".").map(Number);
const readsProxyForFetch = major >= 24 || (major === 22 && minor >= 21);
const readsProxyForHttps = major > 24 || (major === 24 && minor >= 5) || (major === 22 && minor >= 21);
const DISPATCHER = Symbol.for("undici.globalDispatcher.1");
const DEFAULT_PORTS = { "http:": 80, "https:": 443 };

function readProxy() {
  try {
    return new URL(process.env.HTTPS_PROXY || process.env.https_proxy || "");
  } catch (error) {
    return null; // no proxy, or none that can be used
  }
}

function withoutBrackets(host) {
  return host.replace(/^\[|\]$/g, "").toLowerCase();
}

function bypassesProxy(host, port) {
  const exceptions = process.env.NO_PROXY || process.env.no_proxy || "";
  return exceptions.split(/[\s,]+/).some((exception) => {
    const withPort = net.isIPv6(exception) ? null : /^(.+):(\d+)$/.exec(exception);
    const name = withoutBrackets(withPort ? withPort[1] : exception).replace(/^\*?\./, "");
    if (!name || (withPort && Number(withPort[2]) !== Number(port))) return false;
    return name === "*" || host === name || (!net.isIP(host) && host.endsWith(`.${name}`));
  });
}

// Opens a connection to the proxy itself.
function connectToProxy(proxy, callback) {
  const port = Number(proxy.port) || DEFAULT_PORTS[proxy.protocol];
  const host = withoutBrackets(proxy.hostname);
  const socket = proxy.protocol === "https:" ? tls.connect({ host, port, servername: host }) : net.connect({ host, port });
  socket.once(proxy.protocol === "https:" ? "secureConnect" : "connect", () => {
    socket.removeListener("error", callback);
    callback(null, socket);
  });
  socket.once("error", callback);
}

// Opens a tunnel through the proxy, and TLS in it.
function connectThroughProxy(proxy, options, callback) {
  const host = net.isIPv6(options.host) ? `[${options.host}]` : options.host;
  const target = `${host}:${options.port || 443}`;
  const request = http.request({
    method: "CONNECT",
    path: target,
    headers: { Host: target },
    createConnection: (_, done) => connectToProxy(proxy, done),
  });
  request.once("error", callback);
  request.once("connect", (response, socket) => {
    if (response.statusCode !== 200) {
      socket.destroy();
      callback(new Error(`the proxy answered ${response.statusCode}: ${response.statusMessage}`));
      return;
    }
    const secured = tls.connect(Object.assign({ ALPNProtocols: ["http/1.1"] }, options, { socket }));
    secured.once("error", callback);
    secured.once("secureConnect", () => {
      secured.removeListener("error", callback);
      callback(null, secured);
    });
  });
  request.end();
}

function routeHttps() {
  const connectDirectly = https.Agent.prototype.createConnection;
  https.Agent.prototype.createConnection = function createConnection(...parameters) {
    const [options, callback] = parameters;
    const proxy = readProxy();
    const host = options && withoutBrackets(options.host || options.hostname || "localhost");
    if (!proxy || typeof callback !== "function" || options.socketPath || bypassesProxy(host, options.port || 443)) {
      return connectDirectly.apply(this, parameters);
    }
    connectThroughProxy(proxy, Object.assign({}, options, { host, path: undefined }), callback);
    return undefined;
  };
}

// Node's own dispatcher is not exported, but it is here as soon as `fetch` is loaded.
function routeDispatcher(dispatcher) {
  const proxied = new dispatcher.constructor({
    connect({ hostname, protocol, port, servername }, callback) {
      const proxy = readProxy();
      if (protocol === "http:") connectToProxy(proxy, callback); // the mock answers without a tunnel too
      else connectThroughProxy(proxy, { host: hostname, port, servername: servername || hostname }, callback);
    },
  });
  const dispatchDirectly = dispatcher.dispatch;
  dispatcher.dispatch = function dispatch(options, handler) {
    const { protocol, hostname, port } = new URL(options.origin);
    const host = withoutBrackets(hostname);
    const isRouted = readProxy() && (protocol === "https:" || host === "api.twilio.com");
    const isDirect = !isRouted || bypassesProxy(host, port || DEFAULT_PORTS[protocol]);
    return isDirect ? dispatchDirectly.call(this, options, handler) : proxied.dispatch(options, handler);
  };
}

function routeFetch() {
  const fetchDirectly = globalThis.fetch;
  let isRouted = false;
  globalThis.fetch = function fetch(...parameters) {
    if (!isRouted) {
      isRouted = true;
      void globalThis.Response; // loads it
      const dispatcher = globalThis[DISPATCHER];
      // A program that has set another one knows what it does.
      if (dispatcher && dispatcher.constructor.name === "Agent") routeDispatcher(dispatcher);
    }
    return fetchDirectly.apply(this, parameters);
  };
}

if (!readsProxyForHttps) routeHttps();
if (!readsProxyForFetch && typeof globalThis.fetch === "function") routeFetch();
