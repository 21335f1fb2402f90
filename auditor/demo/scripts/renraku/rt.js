"use strict";

// The tag of レンラク: hits, retargeting, conversions and cookie sync.
(() => {
  const HITS = "https://tr.renraku.test";
  const LOG = "https://log.renraku.test";
  const ADS = "https://apm.miyako-portal.test";
  const SYNC = "https://cksync.miyako-portal.test";
  const DAY_S = 86400;
  const state = { customer: "", tag: "", retarget: "", email: "", more: {} };

  const siteDomain = () => location.hostname.split(".").slice(-2).join(".");
  const now = () => Math.floor(Date.now() / 1000);

  function readCookie(name) {
    const found = document.cookie.split("; ").find((pair) => pair.startsWith(`${name}=`));
    return found ? found.slice(name.length + 1) : "";
  }

  function keepCookie(name, value, seconds) {
    document.cookie = `${name}=${value}; domain=${siteDomain()}; path=/; max-age=${seconds}; samesite=lax; secure`;
    return value;
  }

  // Kept twice, so that the id outlives the loss of its cookie.
  function browserId() {
    const id = readCookie("__rt__cid") || localStorage.getItem("__rt__cid") || crypto.randomUUID();
    localStorage.setItem("__rt__cid", id);
    return keepCookie("__rt__cid", id, 400 * DAY_S);
  }

  function sessionId() {
    const fresh = () => Array.from(crypto.getRandomValues(new Uint32Array(2)), (n) => n.toString(16).padStart(8, "0")).join("-");
    return keepCookie("__rt__sid", readCookie("__rt__sid") || fresh(), 1800);
  }

  function retargetId() {
    const kept = readCookie("_myjsu") || keepCookie("_myjsu", `${now()}.${crypto.randomUUID()}`, 365 * DAY_S);
    return kept.split(".")[1];
  }

  function storageId() {
    const id = localStorage.getItem("__rt__lsid") || crypto.randomUUID();
    localStorage.setItem("__rt__lsid", id);
    return id;
  }

  function clickId() {
    const arrived = new URLSearchParams(location.search).get("rclid");
    return arrived ? keepCookie("_rcl", `RCL.${now()}.${arrived}`, 90 * DAY_S) : readCookie("_rcl");
  }

  async function sha256(text) {
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text.trim().toLowerCase()));
    return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  const query = (fields) => new URLSearchParams(Object.entries(fields).filter(([, value]) => value !== ""));

  // Every send is remembered until it is answered, so that a page can tell when the tag has nothing left to do.
  const pending = [];

  function image(address) {
    const pixel = new Image();
    pending.push(new Promise((resolve) => (pixel.onload = pixel.onerror = resolve)));
    pixel.src = address;
  }

  async function hit(event, details = {}) {
    const fields = {
      c_t: state.customer,
      t_id: state.tag,
      e: event,
      b_id: browserId(),
      s_id: sessionId(),
      b_u: location.href,
      b_d: location.hostname,
      b_p: location.pathname,
      b_t: document.title,
      b_r: document.referrer,
      x2: clickId(),
      x6: state.email ? await sha256(state.email) : "",
      v: "4.0.1",
      _t: Date.now(),
      ...state.more,
      ...details,
    };
    image(`${HITS}/tag.gif?${query(fields)}`);
  }

  function retargetFields() {
    return {
      p: state.retarget,
      ref: location.href,
      rref: document.referrer,
      su: retargetId(),
      pvid: sessionId(),
      rclid: clickId(),
      r: now(),
    };
  }

  async function retarget() {
    const withCookies = { credentials: "include" };
    await fetch(`${ADS}/rt/?${query(retargetFields())}`, withCookies);
    const answer = await (await fetch(`${ADS}/rt/match?${query({ p: state.retarget })}`, withCookies)).json();
    if (!answer.matched) {
      // The cookie did not come back: the id in the site's own storage takes its place.
      await fetch(`${ADS}/rt/local?${query({ ...retargetFields(), nc: "true", lsid: storageId() })}`, withCookies);
    }
    image(`${SYNC}/sync?${query({ pt: "sagasu" })}`);
  }

  async function logEvent(name) {
    const body = JSON.stringify({ tag: state.tag, event: name, bid: browserId(), url: location.href });
    await fetch(`${LOG}/v1/event`, { method: "POST", headers: { "Content-Type": "application/json" }, body });
  }

  function beacon() {
    const body = { t_id: state.tag, b_id: browserId(), lang: navigator.language, scr: `${screen.width}x${screen.height}` };
    navigator.sendBeacon(`${HITS}/b`, JSON.stringify(body));
  }

  const commands = {
    async init(options) {
      Object.assign(state, options);
    },
    async pv() {
      await hit("pv");
      beacon();
      if (state.retarget) {
        await retarget();
      }
    },
    async cv(order) {
      await hit("cv", { d3: order.item, d6: order.value, d8: order.id });
      await logEvent("cv");
    },
  };

  const queue = (window.rtQueue = window.rtQueue || []);
  let last = Promise.resolve();
  function run([command, ...values]) {
    const mine = last.then(() => commands[command](...values));
    last = mine;
    const idle = () => Promise.all(pending).then(() => mine === last && (document.documentElement.dataset.renraku = "idle"));
    mine.then(idle, idle);
  }
  queue.forEach(run);
  queue.push = (...calls) => calls.forEach(run);
})();
