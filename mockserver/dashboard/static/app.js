import { page, say, toast } from "./actions.js";
import { get, Refusal, session } from "./api.js";
import { drawDeck, moveDeck } from "./deck.js";
import { h, patch, why } from "./dom.js";
import { drawFrame, VIEWS } from "./frame.js";
import { listen } from "./keys.js";
import { follow } from "./live.js";
import { readRoute, refresh, state } from "./state.js";
import { rove } from "./table.js";

const main = document.querySelector("#main");
let latest = 0;
let current = null;
let isFirst = true;
let hasMoved = false;

async function show(readAccount = false) {
  const token = ++latest;
  const route = readRoute();
  const isOther = state.account === null || state.route.account !== route.account;
  const wasGone = state.isGone;
  state.route = route;
  const view = VIEWS[route.view] ?? VIEWS.recordings;
  let module, data, problem;
  try {
    const account = (isOther || readAccount) && refresh();
    module = await view.open();
    [data] = await Promise.all([module.load(route), account]);
    if (wasGone) state.isGone = false;
  } catch (error) {
    if (error.status === 401) return askForToken();
    problem = error;
  }
  if (token !== latest) return;
  if (problem && !(problem instanceof Refusal)) {
    state.isGone = true;
    if (current) return draw();
  }
  current = { view, module, route, data, problem };
  draw();
  if (hasMoved) focusTitle();
  hasMoved = false;
}

function draw() {
  const { view, module, route, data, problem } = current;
  const title = problem || !data?.title ? view.title : data.title;
  document.title = `${title} · recmock`;
  const shown = problem ? describeProblem(view, problem) : module.render(data, route);
  patch(main, [
    state.isGone && h(".banner.red", { role: "alert", key: "gone" },
      h("span.grow", h("b", "The server has gone. "),
        "This is how it was. Nothing can be changed until it is back.")),
    h(".view", { key: `${state.account?.account_sid} ${route.view}` }, shown),
  ]);
  rove(main);
  drawFrame(route);
  drawDeck();
  for (const own of document.querySelectorAll(state.isGone ? "main button:enabled, .deck button:enabled" : "[data-offline]")) {
    own.disabled = own.toggleAttribute("data-offline", state.isGone);
  }
}

const describeProblem = (view, problem) => [
  h(".title", h("h1", view.title)),
  why("Nothing to show", "red", h("p", problem.message)),
];

function focusTitle() {
  const row = [...main.querySelectorAll("tbody a")].find((own) => own.getAttribute("href").split("?")[0] === state.returnTo);
  state.returnTo = "";
  if (row) return row.focus();
  const title = main.querySelector("[data-focus]") ?? main.querySelector("h1");
  title.tabIndex = -1;
  title.focus({ preventScroll: true });
  scrollTo(0, 0);
}

async function askForToken() {
  const { drawSignIn } = await import("./signin.js");
  document.body.classList.add("signed-out");
  drawSignIn(main, async () => {
    document.body.classList.remove("signed-out");
    main.$kids = undefined;
    await start();
  });
}

page.reload = () => show(true);
page.redraw = () => { if (current) draw(); };

addEventListener("hashchange", (event) => {
  const [before, after] = [state.route, readRoute()];
  const isMove = ["view", "id", "account"].some((name) => before[name] !== after[name]);
  hasMoved ||= isMove && event instanceof HashChangeEvent;
  show();
});

async function start(asked = get("session")) {
  get("health").then(({ version }) => { state.version = version; });
  if (!(await asked).is_signed_in) return askForToken();
  await show();
  if (!isFirst) return;
  isFirst = false;
  listen();
  follow({
    changed: (sentence) => { if (sentence) say(sentence); return show(); },
    gone: () => { if (!state.isGone) { state.isGone = true; draw(); } },
    back: () => { state.isGone = false; toast("The server is back."); return show(true); },
  });
  const tick = () => { moveDeck(); requestAnimationFrame(tick); };
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) setInterval(moveDeck, 1000);
  else tick();
  import("./palette.js");
  for (const { open } of Object.values(VIEWS)) open();
}

start(session);
