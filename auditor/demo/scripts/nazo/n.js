"use strict";

// A tracker that says nothing about itself: two hits, so that the cookie of the first goes with the second.
(() => {
  const first = new Image();
  first.onload = () => {
    new Image().src = `https://t.nazo-keisoku.test/p?${new URLSearchParams({ n: "2", u: location.href })}`;
  };
  first.src = `https://t.nazo-keisoku.test/p?${new URLSearchParams({ n: "1", u: location.href })}`;
})();
