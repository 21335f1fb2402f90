"use strict";

// コウカン広告: an id in a cookie of the site, handed to アイテ by a parameter; and the id of its own, by redirect.
(() => {
  const id = document.cookie.match(/(?:^|; )_kok=([^;]+)/)?.[1] || crypto.randomUUID();
  document.cookie = `_kok=${id}; path=/; max-age=34560000; samesite=lax; secure`;
  const image = (address) =>
    new Promise((resolve) => {
      const pixel = new Image();
      pixel.onload = pixel.onerror = resolve;
      pixel.src = address;
    });
  const send = async () => {
    await image(`https://s.kokan-ad.test/k?${new URLSearchParams({ kid: id })}`);
    await image(`https://px.aite-dsp.test/px?${new URLSearchParams({ partner: "kokan", kid: id })}`);
    await image("https://s.kokan-ad.test/sync");
  };
  (window.sends ??= []).push(send());
})();
