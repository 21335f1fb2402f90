"use strict";

// オキバ: a cookie of the site, made from an answer that the browser's cache keeps.
(() => {
  const restore = async () => {
    const answer = await fetch("https://e.okiba.test/kura.json", { cache: "no-cache", credentials: "omit" });
    const { id } = await answer.json();
    document.cookie = `_kura=${id}; path=/; max-age=34560000; samesite=lax; secure`;
    await fetch(`https://e.okiba.test/hit?${new URLSearchParams({ kid: id })}`, { mode: "no-cors", credentials: "omit" });
  };
  (window.sends ??= []).push(restore());
})();
