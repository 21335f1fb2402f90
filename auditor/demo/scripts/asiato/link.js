"use strict";

// アシアト: links to the sites of the same customer carry the id of this browser along.
(() => {
  for (const link of document.querySelectorAll("a[data-partner]")) {
    const address = new URL(link.href);
    address.searchParams.set("_asl", window.asiato.id);
    link.href = address.href;
  }
})();
