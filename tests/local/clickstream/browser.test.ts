import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { forLoadBalancer } from "../../../functions/clickstream/adapters/for-load-balancer";
import { collect } from "../../../functions/clickstream/collector/collector";
import type { Fields } from "../../../functions/shared/fields";
import { serveTrackedPage, type TrackedPage } from "../../../local/clickstream/tracker/serve";
import { CONTEXT, Collecting, KEY } from "../../functions/clickstream/support/collecting";
import { loadBalancer } from "../../functions/clickstream/support/load-balancer";
import { Chromium, findChromium } from "./chromium";

describe("A browser on a page that is tracked", function () {
  this.timeout(60_000);
  let browser: Chromium;
  let page: TrackedPage;
  let balancer: Awaited<ReturnType<typeof loadBalancer>>;
  let collecting: Collecting;
  /** The collector's answers are held back while it is set. */
  let isSilent = false;

  before(async function () {
    const command = findChromium();
    if (command === undefined) {
      console.log("    no Chromium is installed: put one on PATH, or its command into CHROMIUM");
      return this.skip();
    }
    page = await serveTrackedPage();
    collecting = new Collecting([page.origin]);
    const { world } = collecting;
    balancer = await loadBalancer(async (event) => {
      const answer = forLoadBalancer(await collect(event, CONTEXT, world));
      while (isSilent && event.httpMethod === "POST") await pause(20);
      return answer;
    });
    page.sendTo({ url: balancer.url, writeKey: KEY });
    browser = new Chromium(command);
  });
  after(async () => {
    isSilent = false;
    await browser?.close();
    await balancer?.close();
    await page?.stop();
  });

  const messages = () => collecting.intake.envelopes.map(({ message }) => message as Fields);
  const types = () => messages().map(({ type, event }) => `${type} ${event ?? ""}`.trim());
  async function arrived(count: number): Promise<void> {
    for (const end = Date.now() + 15_000; messages().length < count && Date.now() < end; ) await pause(20);
  }
  const click = 'document.querySelectorAll("button")[1].click()';

  it("sends a page call and clicks past the preflight, and on leaving again what no answer came for", async () => {
    const tab = await browser.open(`${page.origin}/`);
    await arrived(1);
    assert.deepEqual(types(), ["page"]);
    await pause(200); // the answer reaches the page
    isSilent = true;
    assert.equal(await tab.evaluate(`${click}; 7`), 7);
    await arrived(2);
    await tab.goTo("about:blank");
    await arrived(3);
    assert.deepEqual(types(), ["page", "track Order Completed", "track Order Completed"]);
    const [, clicked, beacon] = messages();
    assert.deepEqual([beacon!.messageId, beacon!.context], [clicked!.messageId, clicked!.context]);
    assert.match(String((clicked!.context as Fields).userAgent), /Chrome/);
  });
});
