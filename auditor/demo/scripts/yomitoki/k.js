"use strict";

// The analytics of ヨミトキ解析: measures in a worker, or in the site's service worker, away from the page.
(() => {
  const CDN = "https://cdn.yomitoki.test";

  function visitor() {
    const kept = document.cookie.split("; ").find((pair) => pair.startsWith("_ymt="));
    if (kept) {
      return kept.slice("_ymt=".length);
    }
    const id = `ym-${crypto.randomUUID()}`;
    const domain = location.hostname.split(".").slice(-2).join(".");
    document.cookie = `_ymt=${id}; domain=${domain}; path=/; max-age=31536000; samesite=lax; secure`;
    return id;
  }

  function measured(event) {
    return { cid: visitor(), ev: event, u: location.href, t: document.title, tz: new Date().getTimezoneOffset() };
  }

  // A worker's file must be of the page's own origin, hence the small one that loads ours.
  function viaWorker(event) {
    const source = new Blob([`importScripts("${CDN}/worker.js");`], { type: "text/javascript" });
    const worker = new Worker(URL.createObjectURL(source));
    worker.onmessage = () => {
      worker.terminate();
      document.documentElement.dataset.yomitoki = "idle";
    };
    worker.postMessage(measured(event));
  }

  async function viaServiceWorker(event, address) {
    await navigator.serviceWorker.register(address, { updateViaCache: "all" });
    const registration = await navigator.serviceWorker.ready;
    registration.active.postMessage(measured(event));
  }

  window.yomitoki = { viaWorker, viaServiceWorker };
  dispatchEvent(new Event("yomitoki"));
})();
