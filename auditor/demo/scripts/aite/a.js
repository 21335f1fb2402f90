"use strict";

// アイテ: takes along the id that アシアト keeps in a cookie of the site.
(() => {
  const found = document.cookie.match(/(?:^|; )_asi=([^;]+)/)?.[1];
  if (found) {
    const fields = new URLSearchParams({ pid: "asiato", x: found });
    (window.sends ??= []).push(fetch(`https://px.aite-dsp.test/c?${fields}`, { mode: "no-cors", credentials: "omit" }));
  }
})();
