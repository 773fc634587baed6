// Keeps a page up to date: replaces the parts that the server sends, and says so when nothing comes any more.

import { morph } from "./morph.js";

const SILENT_AFTER_MS = 7500;
// A connection that broke is told sooner, but not while a server is only being restarted.
const LOST_AFTER_MS = 4000;
const GIVE_UP_AFTER_MS = 15000;
const SUMMARY_EVERY_MS = 60000;

const body = document.body;
const { screen, version, timezone } = body.dataset;
const clock = new Intl.DateTimeFormat("fr-FR", { timeZone: timezone, hour: "numeric", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
const pulse = document.querySelector("[data-pulse]");
const pulseText = document.querySelector("[data-pulse-text]");
const quietText = document.querySelector("[data-quiet-text]");
const summary = document.querySelector("[data-summary]");

// Ages are counted by a clock that nobody sets; times of day by the one on the wall.
let heard = { at: performance.now(), time: Date.now() };
let openedAt = performance.now();
let lostAt = null;
let gateway = null;
let source = null;
let summarisedAt = -Infinity;

function open() {
  if (source) source.close();
  openedAt = performance.now();
  source = new EventSource(`/live/parts?screen=${screen}&lang=${document.documentElement.lang}`);
  source.addEventListener("snapshot", (event) => { hear(); apply(JSON.parse(event.data)); });
  source.addEventListener("change", (event) => { hear(); apply(JSON.parse(event.data)); });
  source.addEventListener("error", () => { lostAt ??= performance.now(); });
  source.addEventListener("heartbeat", (event) => { hear(); gateway = JSON.parse(event.data); show(); });
}

function hear() {
  heard = { at: performance.now(), time: Date.now() };
  lostAt = null;
  show();
}

function apply({ version: served, parts }) {
  if (served !== version) {
    location.reload();
    return;
  }
  for (const [key, content] of Object.entries(parts)) {
    if (key === "title") {
      document.title = content;
      summarise(content);
    } else {
      replace(key, content);
    }
  }
}

function replace(key, content) {
  const old = document.querySelector(`[data-part="${CSS.escape(key)}"]`);
  if (!old) return;
  if (!content.startsWith("<")) {
    if (old.textContent !== content) old.textContent = content;
    return;
  }
  const template = document.createElement("template");
  template.innerHTML = content;
  morph(old, template.content.firstElementChild);
}

// A screen reader hears the answer once a minute at most, and only when it is another.
function summarise(text) {
  const now = performance.now();
  if (summary.textContent === text || now - summarisedAt < SUMMARY_EVERY_MS) return;
  summarisedAt = now;
  summary.textContent = text;
}

function reason(silent) {
  if (silent) return body.dataset.serverSilent.replace("{}", clock.format(heard.time));
  if (gateway.gateway_alive) return "";
  if (!gateway.gateway_heard_at) return body.dataset.neverHeard;
  return body.dataset.gatewaySilent.replace("{}", clock.format(new Date(gateway.gateway_heard_at)));
}

function show() {
  const now = performance.now();
  const age = now - heard.at;
  const silent = age > SILENT_AFTER_MS || (lostAt !== null && now - lostAt > LOST_AFTER_MS);
  // Until the first heartbeat the page stands as the server made it.
  if (!silent && !gateway) return;
  const why = reason(silent);
  pulse.classList.remove("waiting");
  body.toggleAttribute("data-quiet", why !== "");
  quietText.hidden = why === "";
  if (quietText.textContent !== why) quietText.textContent = why;
  const ago = body.dataset.ago.replace("{}", `${Math.round(age / 1000)}\u00a0s`);
  const text = why ? body.dataset.quietWord : `${body.dataset.live}, ${ago}`;
  if (pulseText.textContent !== text) pulseText.textContent = text;
}

// EventSource comes back by itself after a loss, but not after an error answer, and not from a link that died unseen.
function watch() {
  show();
  const quiet = performance.now() - Math.max(heard.at, openedAt);
  if (source.readyState === EventSource.CLOSED ? quiet > 3000 : quiet > GIVE_UP_AFTER_MS) open();
}

addEventListener("pagehide", () => source.close());
addEventListener("pageshow", (event) => { if (event.persisted) open(); });
open();
setInterval(watch, 1000);
