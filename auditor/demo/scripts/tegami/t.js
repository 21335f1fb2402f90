"use strict";

// テガミ: the page's address as it is, in a parameter and, by the referrer policy it asks for, in the header.
(() => {
  const pixel = new Image();
  pixel.referrerPolicy = "unsafe-url";
  (window.sends ??= []).push(new Promise((resolve) => (pixel.onload = pixel.onerror = resolve)));
  pixel.src = `https://t.tegami.test/p?${new URLSearchParams({ dl: location.href })}`;
})();
