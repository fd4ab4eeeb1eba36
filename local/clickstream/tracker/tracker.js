/**
 * The whole tracker of a web page: a page call when it is shown, a track call for each element with `data-track` that is clicked.
 *
 *     <script src="tracker.js" data-host="https://collector.example" data-key="…" defer></script>
 *
 * What no answer has come for is sent once more when the page is left, as beacons: their text/plain needs no preflight, and they outlive the
 * page. A browser takes 64 KiB of them at a time; what it refuses is kept, and sent when the visitor comes again. Message ids make one of
 * what arrives twice.
 */
(() => {
  const { host, key } = document.currentScript.dataset;
  const anonymousId = localStorage.getItem("anonymousId") ?? crypto.randomUUID();
  localStorage.setItem("anonymousId", anonymousId);
  const unanswered = new Map();
  const unsent = () => JSON.parse(localStorage.getItem("unsent") ?? "[]");

  const bodyOf = (batch) => JSON.stringify({ writeKey: key, sentAt: new Date().toISOString(), batch });

  /** `keepalive` outlives the page, and takes from the same 64 KiB as beacons. */
  const post = (message, keepalive) => {
    unanswered.set(message.messageId, message);
    const headers = { "content-type": "application/json" };
    fetch(`${host}/v1/batch`, { method: "POST", headers, body: bodyOf([message]), keepalive }).then(
      ({ status }) => status < 500 && unanswered.delete(message.messageId),
      () => {}, // it stays unanswered
    );
  };

  const send = (said) => {
    const { href, pathname } = location;
    const page = { url: href, path: pathname, title: document.title, referrer: document.referrer };
    const [messageId, timestamp] = [crypto.randomUUID(), new Date().toISOString()];
    post({ ...said, messageId, anonymousId, timestamp, context: { page, userAgent: navigator.userAgent } }, true);
  };

  /** Sends a batch as beacons, in halves where it is too large for one; answers what the browser refused. */
  const refusedOf = (batch) => {
    if (batch.length === 0 || navigator.sendBeacon(`${host}/v1/batch`, bodyOf(batch))) return [];
    const half = batch.length >> 1;
    return half === 0 ? batch : [...refusedOf(batch.slice(0, half)), ...refusedOf(batch.slice(half))];
  };

  document.addEventListener("click", ({ target }) => {
    const element = target.closest("[data-track]");
    if (element) send({ type: "track", event: element.dataset.track, properties: { text: element.textContent } });
  });
  addEventListener("pagehide", () => {
    const refused = refusedOf([...unanswered.values()]);
    if (refused.length > 0) localStorage.setItem("unsent", JSON.stringify([...unsent(), ...refused]));
  });
  const again = unsent();
  localStorage.removeItem("unsent");
  for (const message of again) post(message, false);
  send({ type: "page", properties: { title: document.title } });
})();
