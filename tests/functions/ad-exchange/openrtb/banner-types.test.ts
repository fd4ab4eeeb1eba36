import assert from "node:assert/strict";
import { BANNER_TYPE, bannerTypesOf } from "../../../../functions/ad-exchange/domain/openrtb/banner-types";

const { text, image, script, iframe } = BANNER_TYPE;

describe("The kinds of a banner", () => {
  for (const [markup, types] of [
    ["Buy now", [text]],
    ['<a href="https://shop.example">Buy now</a>', [text]],
    ['<a href="https://shop.example"><img src="https://shop.example/a.png"/></a>', [image]],
    ['<a href="https://shop.example">Buy <IMG src="a.png"> now</a>', [image]],
    ['<div style="background: url(https://shop.example/a.png)">Buy</div>', [image]],
    ["<svg/>", [image]],
    ['<script src="https://ads.example/a.js"></script>', [script]],
    ['<SCRIPT>draw()</SCRIPT><noscript><img src="a.png"></noscript>', [script]],
    ['<iframe src="https://ads.example"></iframe>', [iframe]],
    ["<div><iframe\nsrcdoc='x'></iframe><script>1</script></div>", [script, iframe]],
    ["<div></div>", []],
    ["", []],
    ["<imgs><scripts><iframely>", []],
  ] as const) {
    it(`${types.join() || "unknown"}: ${markup}`, () => assert.deepEqual(bannerTypesOf(markup), types));
  }

  it("are told of hostile text too in little more than its length", () => {
    for (const part of ["<", ">", "> ", " ", "a", "<iframe", "<img", "url", "<a "]) {
      const started = process.cpuUsage();
      bannerTypesOf(part.repeat(256 * 1024));
      const { user, system } = process.cpuUsage(started);
      assert.equal(user + system < 1_000_000, true, `${part} took ${user + system} us`);
    }
  });
});
