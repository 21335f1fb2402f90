"use strict";

// アシアト: where a decorated link leads, its id is kept in a cookie of this site and sent.
(() => {
  const arrived = new URLSearchParams(location.search).get("_asl");
  const domain = location.hostname.split(".").slice(-2).join(".");
  if (arrived) {
    document.cookie = `_asi_l=${arrived}; domain=${domain}; path=/; max-age=7776000; samesite=lax; secure`;
  }
  const kept = document.cookie.match(/(?:^|; )_asi_l=([^;]+)/)?.[1];
  if (kept) {
    const fields = new URLSearchParams({ lnk: kept, ev: "landed" });
    (window.sends ??= []).push(fetch(`https://in.asiato.test/h?${fields}`, { mode: "no-cors" }));
  }
})();
