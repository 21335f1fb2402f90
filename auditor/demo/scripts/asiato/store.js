"use strict";

// アシアト: an id kept in the site's localStorage and nowhere else.
(() => {
  const id = localStorage.getItem("as_ls") || crypto.randomUUID();
  localStorage.setItem("as_ls", id);
  const fields = new URLSearchParams({ ls: id, ev: "stored" });
  (window.sends ??= []).push(fetch(`https://in.asiato.test/h?${fields}`, { mode: "no-cors" }));
})();
