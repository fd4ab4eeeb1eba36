import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { EventEmitter, once } from "node:events";
import { runInNewContext } from "node:vm";
import { forLoadBalancer } from "../../../functions/clickstream/adapters/for-load-balancer";
import { collect } from "../../../functions/clickstream/collector/collector";
import type { Fields } from "../../../functions/shared/fields";
import { serveTrackedPage, TRACKER } from "../../../local/clickstream/tracker/serve";
import { CONTEXT, Collecting, KEY, ORIGIN } from "./support/collecting";
import { loadBalancer } from "./support/load-balancer";

interface Asked {
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body: string;
  readonly keepalive?: boolean;
}

/** Of what outlives its page, all that is on its way (Fetch standard, "HTTP-network-or-cache fetch", inflightKeepaliveBytes). */
const MOST_KEPT_ALIVE = 64 * 1024;

/** What the tracker needs of a browser, with requests to another origin made as a browser makes them. */
class Browser {
  readonly #events = new EventEmitter();
  readonly store = new Map<string, string>();
  /** The status of each request, or what failed it; of a beacon, too. */
  readonly ended: string[] = [];
  online = true;
  #keptAlive = 0;
  #begun = 0;

  constructor(
    private readonly host: string,
    private readonly origin = ORIGIN,
  ) {}

  open(): void {
    const listen = (name: string, react: (event: unknown) => void) => this.#events.on(name, react);
    const location = { href: `${this.origin}/shoes?a=1`, pathname: "/shoes" };
    const document = {
      ...{ currentScript: { dataset: { host: this.host, key: KEY } }, addEventListener: listen },
      ...{ title: "Shoes", referrer: "https://www.google.com/" },
    };
    const getItem = (name: string) => this.store.get(name) ?? null;
    const localStorage = { getItem, setItem: this.#keep, removeItem: (name: string) => this.store.delete(name) };
    const navigator = { userAgent: "Mozilla/5.0 Test", sendBeacon: this.#beacon };
    const globals = { document, location, localStorage, navigator, fetch: this.#fetch, addEventListener: listen };
    runInNewContext(TRACKER, { ...globals, crypto: { randomUUID }, Date, JSON, Map });
  }

  click(event: string, textContent = "Buy"): void {
    const element = { dataset: { track: event }, textContent };
    this.#events.emit("click", {
      target: { closest: (selector: string) => (selector === "[data-track]" ? element : null) },
    });
  }

  leave(): void {
    this.#events.emit("pagehide", {});
  }

  /** Resolves when so many requests have ended, and the page knows. */
  async hasEnded(count: number): Promise<void> {
    while (this.ended.length < count) await once(this.#events, "ended");
    await new Promise((resolve) => setImmediate(resolve));
  }

  /** Resolves when all requests so far have ended. */
  allEnded = (): Promise<void> => this.hasEnded(this.#begun);

  readonly #keep = (name: string, value: string) => void this.store.set(name, value);

  /** JSON needs a preflight (Fetch standard, "CORS-safelisted request-header": text/plain does not). */
  readonly #fetch = async (url: string, asked: Asked): Promise<{ status: number }> => {
    const preflight = { origin: this.origin, "access-control-request-method": asked.method };
    const names = Object.keys(asked.headers).join(",");
    const headers = { ...preflight, "access-control-request-headers": names };
    return this.#asked(asked, async () => {
      const allowed = await fetch(url, { method: "OPTIONS", headers });
      const lists = ["methods", "headers"].map((what) => allowed.headers.get(`access-control-allow-${what}`) ?? "");
      if (
        !allowed.ok ||
        !lists[0]!.includes(asked.method) ||
        !names.split(",").every((name) => lists[1]!.includes(name))
      )
        throw new TypeError("Failed to fetch");
      return this.#crossOrigin(url, asked);
    });
  };

  readonly #beacon = (url: string, body: string): boolean => {
    const asked = { method: "POST", headers: { "content-type": "text/plain;charset=UTF-8" }, body, keepalive: true };
    if (this.#keptAlive + Buffer.byteLength(body) > MOST_KEPT_ALIVE) return false;
    void this.#asked(asked, () => this.#crossOrigin(url, asked)).catch(() => undefined);
    return true;
  };

  async #crossOrigin(url: string, { headers, keepalive: _, ...rest }: Asked): Promise<Response> {
    const answer = await fetch(url, { ...rest, headers: { ...headers, origin: this.origin } });
    if (answer.headers.get("access-control-allow-origin") !== this.origin) throw new TypeError("Failed to fetch");
    return answer;
  }

  async #asked({ body, keepalive }: Asked, ask: () => Promise<Response>): Promise<Response> {
    this.#begun += 1;
    const bytes = keepalive ? Buffer.byteLength(body) : 0;
    this.#keptAlive += bytes;
    const isPossible = this.online && this.#keptAlive <= MOST_KEPT_ALIVE;
    const answer = isPossible ? ask() : Promise.reject(new TypeError("Failed to fetch"));
    return answer.finally(() => {
      this.#keptAlive -= bytes;
      answer
        .then(
          ({ status }) => this.ended.push(String(status)),
          ({ message }: Error) => this.ended.push(message),
        )
        .finally(() => this.#events.emit("ended"));
    });
  }
}

describe("The tracker of a web page", () => {
  let collecting: Collecting;
  let balancer: Awaited<ReturnType<typeof loadBalancer>>;
  beforeEach(async () => {
    collecting = new Collecting();
    const { world } = collecting;
    balancer = await loadBalancer(async (event) => forLoadBalancer(await collect(event, CONTEXT, world)));
  });
  afterEach(() => balancer.close());

  const messages = () => collecting.intake.envelopes.map(({ message }) => message as Fields);
  const calls = () => messages().map(({ type, event }) => `${type} ${event ?? ""}`.trim());

  it("sends a page call and each click, with the page, of one anonymous visitor", async () => {
    const browser = new Browser(balancer.url);
    browser.open();
    browser.click("Product Added");
    await browser.hasEnded(2);
    assert.deepEqual(browser.ended, ["200", "200"]);
    assert.deepEqual(calls().sort(), ["page", "track Product Added"]);
    const [one, other] = messages();
    assert.equal(one!.anonymousId, other!.anonymousId);
    assert.deepEqual((one!.context as Fields).page, {
      ...{ url: `${ORIGIN}/shoes?a=1`, path: "/shoes", title: "Shoes", referrer: "https://www.google.com/" },
    });
    assert.deepEqual(
      messages().filter((message) => "writeKey" in message),
      [],
    );
  });

  it("knows a visitor who comes again", async () => {
    const browser = new Browser(balancer.url);
    for (const visit of [1, 2]) {
      browser.open();
      await browser.hasEnded(visit);
    }
    const [one, other] = messages();
    assert.deepEqual([one!.anonymousId, browser.store.get("anonymousId")], [other!.anonymousId, one!.anonymousId]);
    assert.notEqual(one!.messageId, other!.messageId);
  });

  it("sends as a beacon, when the page is left, what no answer has come for, and only that", async () => {
    const browser = new Browser(balancer.url);
    browser.open();
    await browser.hasEnded(1);
    browser.leave();
    browser.online = false;
    browser.click("Order Completed");
    await browser.hasEnded(2);
    browser.online = true;
    browser.leave();
    await browser.hasEnded(3);
    assert.deepEqual(browser.ended, ["200", "Failed to fetch", "200"]);
    assert.deepEqual(calls(), ["page", "track Order Completed"]);
  });

  it("sends as many as go when there are more than a beacon takes, and the others when the visitor comes again", async () => {
    const browser = new Browser(balancer.url);
    browser.open();
    await browser.hasEnded(1);
    browser.online = false;
    for (let index = 0; index < 20; index++) browser.click(`Event ${index}`, "x".repeat(10_000));
    await browser.allEnded();
    browser.online = true;
    browser.leave();
    await browser.allEnded();
    const gone = new Set(calls().slice(1));
    assert.equal(gone.size >= 5 && gone.size < 10, true, `${gone.size} went`);
    browser.open();
    await browser.allEnded();
    assert.deepEqual(
      calls().sort(),
      ["page", "page", ...Array.from({ length: 20 }, (_, index) => `track Event ${index}`)].sort(),
    );
    assert.equal(new Set(messages().map(({ messageId }) => messageId)).size, 22);
    browser.open();
    await browser.allEnded();
    assert.equal(messages().length, 23, "what arrived is sent again");
  });

  it("sends again under the same id what could not be stored", async () => {
    collecting.intake.loses = () => true;
    const browser = new Browser(balancer.url);
    browser.open();
    await browser.hasEnded(1);
    collecting.intake.loses = () => false;
    browser.leave();
    await browser.hasEnded(2);
    assert.deepEqual([browser.ended, calls()], [["503", "200"], ["page"]]);
  });

  it("reaches nobody from a page of another origin", async () => {
    const browser = new Browser(balancer.url, "https://evil.test");
    browser.open();
    await browser.hasEnded(1);
    assert.deepEqual([browser.ended, calls()], [["Failed to fetch"], []]);
  });

  it("stands in a page that says where to send, and as whom", async () => {
    const page = await serveTrackedPage();
    try {
      page.sendTo({ url: "http://collector.test", writeKey: "abc" });
      const [html, script] = await Promise.all(
        ["/", "/tracker.js"].map(async (path) => (await fetch(`${page.origin}${path}`)).text()),
      );
      assert.match(html!, /<script src="tracker.js" data-host="http:\/\/collector.test" data-key="abc" defer>/);
      assert.equal(script, TRACKER);
      assert.equal((await fetch(`${page.origin}/other`)).status, 404);
    } finally {
      await page.stop();
    }
  });
});
