"use strict";

// オキバ: a picture whose ETag is the browser's number; the cache gives it back with the next page.
(() => {
  (window.sends ??= []).push(fetch("https://e.okiba.test/tag.gif", { cache: "no-cache", mode: "cors", credentials: "omit" }));
})();
