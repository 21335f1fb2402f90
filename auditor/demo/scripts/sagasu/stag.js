"use strict";

// The tag of サガス: measures, remarkets, and takes other ways where third-party cookies are blocked.
(() => {
  const COLLECT = "https://collect.sagasu-bunseki.test/s/collect";
  const ADS = "https://ads.sagasu-koukoku.test";
  const MAIN = "https://www.sagasu.test";
  const DAY_S = 86400;

  const layer = (window.sagasuLayer = window.sagasuLayer || []);
  const state = { tag: "", ads: "", consent: "G111", email: "", linker: [], cookies: null };

  const siteDomain = () => location.hostname.split(".").slice(-2).join(".");

  function readCookie(name) {
    const found = document.cookie.split("; ").find((pair) => pair.startsWith(`${name}=`));
    return found ? found.slice(name.length + 1) : "";
  }

  function keepCookie(name, value, seconds) {
    document.cookie = `${name}=${value}; domain=${siteDomain()}; path=/; max-age=${seconds}; samesite=lax; secure`;
    return value;
  }

  function randomNumber() {
    return crypto.getRandomValues(new Uint32Array(1))[0];
  }

  const now = () => Math.floor(Date.now() / 1000);

  // The id of this browser on this site: the last two parts of the first-party cookie `_sg`.
  function clientId() {
    const kept = readCookie("_sg") || keepCookie("_sg", `SG1.1.${randomNumber()}.${now()}`, 400 * DAY_S);
    return kept.split(".").slice(-2).join(".");
  }

  function sessionId() {
    return readCookie("_sgs") || keepCookie("_sgs", String(now()), 1800);
  }

  // Link decoration: the click id of the address moves into a first-party cookie.
  function clickId() {
    const arrived = new URLSearchParams(location.search).get("sgclid");
    if (arrived) {
      keepCookie("_sg_aw", `SGC.${now()}.${arrived}`, 90 * DAY_S);
    }
    return readCookie("_sg_aw").split(".").slice(2).join(".");
  }

  function hitFields(event, extra) {
    const fields = {
      v: "2",
      tid: state.tag,
      cid: clientId(),
      sid: sessionId(),
      dl: location.href,
      dr: document.referrer,
      dt: document.title,
      ul: navigator.language,
      sr: `${screen.width}x${screen.height}`,
      gcs: state.consent,
      en: event,
      sgclid: clickId(),
      ...extra,
    };
    return new URLSearchParams(Object.entries(fields).filter(([, value]) => value !== ""));
  }

  // Every send is remembered until it is answered, so that a page can tell when the tag has nothing left to do.
  const pending = [];

  function image(address) {
    const pixel = new Image();
    pending.push(new Promise((resolve) => (pixel.onload = pixel.onerror = resolve)));
    pixel.src = address;
  }

  function collect(event, extra) {
    pending.push(fetch(`${COLLECT}?${hitFields(event, extra)}`, { method: "POST", mode: "no-cors", keepalive: true }));
  }

  function adFields(extra) {
    const fields = {
      url: location.href,
      ref: document.referrer,
      tiba: document.title,
      u_w: screen.width,
      u_h: screen.height,
      u_tz: -new Date().getTimezoneOffset(),
      gcs: state.consent,
      ct_cookie_present: state.cookies ? "1" : "0",
      // Without a cookie of our own, the site's cookie and the click id of the address take its place.
      ...(state.cookies ? {} : { auid: clientId(), gclaw: clickId() }),
      ...extra,
    };
    return new URLSearchParams(Object.entries(fields).filter(([, value]) => value !== ""));
  }

  function openFrame() {
    const frame = document.createElement("iframe");
    frame.src = `${ADS}/frame`;
    frame.title = "";
    frame.style.display = "none";
    return new Promise((resolve) => {
      addEventListener("message", function heard(event) {
        if (event.origin === ADS && event.source === frame.contentWindow) {
          removeEventListener("message", heard);
          state.cookies = event.data.cookies;
          resolve();
        }
      });
      document.body.append(frame);
    });
  }

  function decorateLinks() {
    for (const link of document.querySelectorAll("a[href]")) {
      if (state.linker.includes(link.hostname)) {
        const address = new URL(link.href);
        address.searchParams.set("_sgl", `1.${clientId()}`);
        link.href = address.href;
      }
    }
  }

  async function remarket() {
    await openFrame();
    if (!state.cookies) {
      decorateLinks();
    }
    image(`${ADS}/pagead/viewthrough/${state.ads}/?${adFields({})}`);
  }

  async function sha256(text) {
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text.trim().toLowerCase()));
    return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  async function purchase(order) {
    collect("purchase", { "ep.transaction_id": order.id, "epn.value": order.value, cu: "JPY", pr1: order.item });
    if (!state.ads) {
      return;
    }
    const sale = { label: "buy", oid: order.id, value: order.value, currency_code: "JPY" };
    image(`${ADS}/pagead/conversion/${state.ads}/?${adFields(sale)}`);
    if (state.email) {
      image(`${MAIN}/ccm/form-data/${state.ads}?${adFields({ em: await sha256(state.email) })}`);
    }
  }

  const commands = {
    async config(tag, options = {}) {
      Object.assign(state, options, { tag });
      collect("page_view", {});
      if (state.ads) {
        await remarket();
      }
    },
    async consent(code, options = {}) {
      Object.assign(state, options, { consent: code });
      collect("consent_update", {});
      if (options.ads) {
        await remarket();
      }
    },
    async set(name, value) {
      state[name] = value;
    },
    async event(name, details) {
      if (name === "purchase") {
        await purchase(details);
      } else {
        collect(name, details);
      }
    },
  };

  let last = Promise.resolve();
  function run([command, ...values]) {
    const mine = last.then(() => commands[command](...values));
    last = mine;
    const idle = () => Promise.all(pending).then(() => mine === last && (document.documentElement.dataset.sagasu = "idle"));
    mine.then(idle, idle);
  }

  layer.forEach(run);
  layer.push = (...calls) => calls.forEach(run);

  addEventListener("pagehide", () => {
    const body = new URLSearchParams({ en: "user_engagement", _et: Math.round(performance.now()), sc: scrollY });
    navigator.sendBeacon(`${COLLECT}?${hitFields("user_engagement", {})}`, body.toString());
  });
})();
