"use strict";

// Says when all that the page's tags began to send is answered.
(async () => {
  const sends = (window.sends ??= []);
  for (let seen = -1; seen !== sends.length; ) {
    seen = sends.length;
    await Promise.allSettled(sends);
  }
  document.documentElement.dataset.sent = "all";
})();
