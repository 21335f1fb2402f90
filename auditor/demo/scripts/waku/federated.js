"use strict";

// ワク: signs in with the browser's help (FedCM), as far as the browser goes along.
(() => {
  const give = (value) => (document.documentElement.dataset.federated = value);
  const ask = async () => {
    const leave = new AbortController();
    setTimeout(() => leave.abort(), 1500);
    try {
      const provider = { configURL: "https://www.waku.test/fedcm/config.json", clientId: "hiroba-1", params: { nonce: "n-1" } };
      const identity = { providers: [provider] };
      await navigator.credentials.get({ identity, signal: leave.signal, mediation: "optional" });
      give("signed in");
    } catch (error) {
      give(error.name);
    }
  };
  (window.sends ??= []).push(ask());
})();
