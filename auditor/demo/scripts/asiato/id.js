"use strict";

// アシアト: the id of this browser on this site, in a first-party cookie, sent as a parameter.
// The second hit shows what the answer to the first left: a third-party cookie and a partitioned one.
(() => {
  const HITS = "https://in.asiato.test/h";
  const sends = (window.sends ??= []);

  function keptId() {
    const kept = document.cookie.match(/(?:^|; )_asi=([^;]+)/)?.[1];
    const id = kept || crypto.randomUUID();
    const domain = location.hostname.split(".").slice(-2).join(".");
    document.cookie = `_asi=${id}; domain=${domain}; path=/; max-age=34560000; samesite=lax; secure`;
    return id;
  }

  const random = () => Array.from(crypto.getRandomValues(new Uint32Array(4)), (n) => n.toString(36)).join("");
  const hit = (event) => {
    // A random value and a time with each request, so that no cache answers.
    const fields = new URLSearchParams({ aid: keptId(), ev: event, u: location.href, rnd: random(), cb: Date.now() });
    return fetch(`${HITS}?${fields}`, { mode: "no-cors", credentials: "include" });
  };
  window.asiato = { id: keptId() };
  sends.push(hit("view").then(() => hit("ready")));
})();
