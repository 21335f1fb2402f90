"use strict";

// コウカン広告: the browser's own advertising interfaces, where it still has them.
(() => {
  const quiet = async (call) => {
    try {
      await call();
    } catch {
      // refused, or gone with the browser's version
    }
  };
  const owner = { owner: "https://s.kokan-ad.test", name: "hiroba" };
  const calls = [
    () => document.browsingTopics?.(),
    () => navigator.joinAdInterestGroup?.(owner, 60),
    () => window.sharedStorage?.set("seen", "hiroba"),
  ];
  (window.sends ??= []).push(Promise.all(calls.map(quiet)));
})();
