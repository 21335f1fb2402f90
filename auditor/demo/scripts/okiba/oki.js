"use strict";

// オキバ: a cookie of the site that the server knows again by a ticket; the ticket is another value.
(() => {
  const restore = async () => {
    const ticket = localStorage.getItem("oki_ticket") || crypto.randomUUID();
    localStorage.setItem("oki_ticket", ticket);
    const kept = document.cookie.match(/(?:^|; )_oki=([^;]+)/)?.[1];
    if (!kept) {
      const query = new URLSearchParams({ ticket });
      const answer = await fetch(`https://e.okiba.test/oki.json?${query}`, { cache: "no-store", credentials: "omit" });
      const { id } = await answer.json();
      document.cookie = `_oki=${id}; path=/; max-age=34560000; samesite=lax; secure`;
    }
    const id = document.cookie.match(/(?:^|; )_oki=([^;]+)/)[1];
    await fetch(`https://e.okiba.test/hit?${new URLSearchParams({ oid: id })}`, { mode: "no-cors", credentials: "omit" });
  };
  (window.sends ??= []).push(restore());
})();
