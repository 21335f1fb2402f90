"use strict";

// アシアト: the address the page names for its reader, as a hash.
(() => {
  const mail = document.body.dataset.reader.trim().toLowerCase();
  const hex = (digest) => Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const send = async () => {
    const em = hex(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(mail)));
    const fields = new URLSearchParams({ em, ev: "reader" });
    await fetch(`https://in.asiato.test/h?${fields}`, { mode: "no-cors" });
  };
  (window.sends ??= []).push(send());
})();
