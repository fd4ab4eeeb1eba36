import assert from "node:assert/strict";
import fc from "fast-check";
import { readNativeRequest } from "../../../../functions/ad-exchange/domain/openrtb/native-request";
import { readBidRequest } from "../../../../functions/ad-exchange/domain/openrtb/read-bid-request";
import { golden } from "./golden";

const TITLE = { id: 1, required: 1, title: { len: 90 } };
const VIDEO = { mimes: ["video/mp4"], minduration: 5, maxduration: 30, protocols: [2] };

const read = (request: unknown) => readNativeRequest({ request: JSON.stringify(request) });
const withAsset = (asset: object) => ({ assets: [{ id: 1, ...asset }] });

describe("A native request", () => {
  it("is read from the text within an impression", () => {
    const { body } = golden().find(({ name }) => name === "native-feed")!;
    const outer = readBidRequest(body);
    if (!outer.ok) assert.fail(outer.problem);
    const native = readNativeRequest(outer.request.imp[0]!.native!);
    if (!native.ok) assert.fail(native.problem);
    assert.deepEqual(
      native.request.assets.map(({ id, required }) => [id, required]),
      [
        [1, 1],
        [2, 1],
        [3, undefined],
        [4, undefined],
      ],
    );
  });

  it("of version 1.0 is below a root of its own", () => {
    assert.deepEqual(read({ native: { ver: "1.0", assets: [TITLE] } }), {
      ok: true,
      request: { ver: "1.0", assets: [TITLE] },
    });
  });

  const GOOD: readonly (readonly [what: string, given: object])[] = [
    [
      "every kind of asset",
      {
        assets: [
          TITLE,
          { id: 2, img: { type: 3, w: 1, h: 1, wmin: 0, hmin: 0, mimes: [] } },
          { id: 3, video: VIDEO },
          { id: 4, data: { type: 2 } },
        ],
      },
    ],
    ["an asset of a kind that nobody knows", withAsset({ hologram: {} })],
    ["trackers", { assets: [TITLE], eventtrackers: [{ event: 1, methods: [1, 2] }], privacy: 0, plcmtcnt: 2, seq: 0 }],
  ];
  for (const [what, given] of GOOD)
    it(`is taken: ${what}`, () => assert.deepEqual(read(given), { ok: true, request: given }));

  const BAD: readonly (readonly [what: string, given: unknown, problem: string])[] = [
    ["a list", [], "request: give an object"],
    ["no assets", {}, "request.assets: give a list of 1 to 1000 objects"],
    ["none of them", { assets: [] }, "request.assets: give a list of 1 to 1000 objects"],
    ["an asset without id", { assets: [{ title: { len: 1 } }] }, "request.assets[0].id: give one"],
    ["an id that is text", { assets: [{ id: "1" }] }, "request.assets[0].id: give a whole number"],
    ["two of the same id", { assets: [TITLE, TITLE] }, "request.assets[1].id: give one that no other of the list has"],
    [
      "two kinds in one",
      withAsset({ title: { len: 1 }, data: { type: 1 } }),
      "request.assets[0].title: give one of title, img, video and data",
    ],
    [
      "a title of no length",
      withAsset({ title: {} }),
      "request.assets[0].title.len: give a whole number of at least 1",
    ],
    ["data of no type", withAsset({ data: {} }), "request.assets[0].data.type: give a whole number"],
    [
      "data of length 0",
      withAsset({ data: { type: 1, len: 0 } }),
      "request.assets[0].data.len: give a whole number of at least 1",
    ],
    ["an image of width 0", withAsset({ img: { w: 0 } }), "request.assets[0].img.w: give a whole number of at least 1"],
    [
      "an image of a negative least height",
      withAsset({ img: { hmin: -1 } }),
      "request.assets[0].img.hmin: give a whole number of at least 0",
    ],
    [
      "video without MIME types",
      withAsset({ video: { ...VIDEO, mimes: [] } }),
      "request.assets[0].video.mimes: give a list of at least one MIME type",
    ],
    [
      "video without lengths",
      withAsset({ video: { ...VIDEO, maxduration: undefined } }),
      "request.assets[0].video.maxduration: give a whole number of at least 0",
    ],
    [
      "video without protocols",
      withAsset({ video: { ...VIDEO, protocols: undefined } }),
      "request.assets[0].video.protocols: give a list of at most 1000 whole numbers",
    ],
    [
      "a tracker without methods",
      { assets: [TITLE], eventtrackers: [{ event: 1 }] },
      "request.eventtrackers[0].methods: give a list of at most 1000 whole numbers",
    ],
    ["no placement", { assets: [TITLE], plcmtcnt: 0 }, "request.plcmtcnt: give a whole number of at least 1"],
  ];
  for (const [what, given, problem] of BAD)
    it(`is refused: ${what}`, () => assert.deepEqual(read(given), { ok: false, problem }));

  it("is refused where it is not JSON", () => {
    assert.deepEqual(readNativeRequest({ request: "{" }), { ok: false, problem: "request: give JSON" });
  });

  it("is taken or refused whatever it is, and throws never", () => {
    const asset = fc.record(
      { id: fc.constantFrom(1, 2, "3", null), title: fc.jsonValue(), img: fc.jsonValue(), video: fc.jsonValue() },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(
        fc.oneof(fc.jsonValue(), fc.record({ assets: fc.array(asset), native: fc.jsonValue() }, { requiredKeys: [] })),
        (given) => {
          const native = read(given);
          if (native.ok) assert.equal(native.request.assets.length > 0, true);
          else assert.match(native.problem, /^request[^:]*: give /);
        },
      ),
      { numRuns: 500 },
    );
  });
});
