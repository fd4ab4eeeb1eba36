import assert from "node:assert/strict";
import type { BidRequest } from "../../../../functions/ad-exchange/domain/openrtb/bid-request";
import { LARGEST_BODY, readBidRequest } from "../../../../functions/ad-exchange/domain/openrtb/read-bid-request";
import { golden } from "./golden";

const IMP = { id: "1", banner: { w: 300, h: 250 } };
const GOOD = { id: "r", imp: [IMP] };
const VIDEO = { mimes: ["video/mp4"] };

const withImp = (more: object) => ({ id: "r", imp: [{ ...IMP, ...more }] });
const withVideo = (more: object) => withImp({ video: { ...VIDEO, ...more } });
const withDeal = (more: object) => withImp({ pmp: { deals: [{ id: "d", ...more }] } });
const many = <T>(count: number, of: (at: number) => T): T[] => Array.from({ length: count }, (_, at) => of(at));

function accepted(body: string | Uint8Array): BidRequest {
  const read = readBidRequest(body);
  if (!read.ok) assert.fail(read.problem);
  return read.request;
}

function problemOf(body: string | Uint8Array, status: 400 | 413 = 400): string {
  const read = readBidRequest(body);
  if (read.ok) assert.fail("accepted");
  assert.equal(read.status, status);
  return read.problem;
}

describe("A bid request", () => {
  for (const { name, body, content } of golden())
    it(`is read as it is: ${name}`, () => {
      assert.deepEqual(accepted(body), content);
      assert.deepEqual(accepted(Buffer.from(body)), content);
    });

  it("has attributes that are null where its sender knows nothing, as if they were not there", () => {
    const nulls = {
      ...withImp({ video: null, bidfloor: null, secure: 1 }),
      site: null,
      user: { id: null, geo: { lat: null } },
    };
    assert.deepEqual(accepted(JSON.stringify({ ...nulls, regs: null })), {
      ...withImp({ secure: 1 }),
      user: { geo: {} },
    });
  });

  it("has null in lists that nobody knows, as it came", () => {
    const given = { ...GOOD, site: null, unknown: [1, null] };
    assert.deepEqual(accepted(JSON.stringify(given)), { ...GOOD, unknown: [1, null] });
  });

  it("is read from the deepest attribute of which null is forgotten", () => {
    const given = withDeal({ durfloors: [{ mindur: 1, maxdur: null }] });
    assert.deepEqual(accepted(JSON.stringify(given)), withDeal({ durfloors: [{ mindur: 1 }] }));
  });

  it("may begin with a byte order mark", () => {
    const text = JSON.stringify(GOOD);
    assert.deepEqual(accepted(`\ufeff${text}`), GOOD);
    assert.deepEqual(accepted(Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(text)])), GOOD);
  });

  it("has attributes, values of enumerations and extensions that nobody knows yet", () => {
    const given = {
      ...withImp({ ssai: 99, newest: { a: [1] } }),
      at: 501,
      device: { devicetype: 77 },
      ext: { a: { b: 1 } },
    };
    assert.deepEqual(accepted(JSON.stringify(given)), given);
  });

  it("says what is meant by empty lists as little as by none", () => {
    const lists = { wseat: [], bseat: ["s"], cur: [] };
    accepted(
      JSON.stringify({ ...withVideo({ rqddurs: [], minduration: 5, durfloors: [], mincpmpersec: 1 }), ...lists }),
    );
  });

  it("has up to 100 impressions, 1,000 elements of a list, 5,000 blocked, 512 letters of an id, 4,096 of a text, 32 KiB of consent", () => {
    accepted(JSON.stringify({ id: "r", imp: many(100, (at) => ({ ...IMP, id: String(at) })) }));
    accepted(
      JSON.stringify({ ...GOOD, wseat: many(1000, String), badv: many(5000, String), bcat: many(5000, String) }),
    );
    accepted(
      JSON.stringify({ ...GOOD, id: "x".repeat(512), user: { id: "x".repeat(4096), consent: "C".repeat(32_768) } }),
    );
  });

  const BAD: readonly (readonly [what: string, given: unknown, problem: string])[] = [
    ["a list", [], "request: give an object"],
    ["null", null, "request: give an object"],
    ["a text", "x", "request: give an object"],
    ["nothing", {}, "request.id: give one"],
    ["an empty id", { ...GOOD, id: "" }, "request.id: give text of 1 to 512 letters"],
    ["an id that is a number", { ...GOOD, id: 7 }, "request.id: give text of 1 to 512 letters"],
    ["an id of 513 letters", { ...GOOD, id: "x".repeat(513) }, "request.id: give text of 1 to 512 letters"],
    ["no impressions", { id: "r" }, "request.imp: give a list of 1 to 100 objects"],
    ["an empty list of them", { id: "r", imp: [] }, "request.imp: give a list of 1 to 100 objects"],
    ["one that is no object", { id: "r", imp: [null] }, "request.imp[0]: give an object"],
    [
      "101 of them",
      { id: "r", imp: many(101, (at) => ({ ...IMP, id: String(at) })) },
      "request.imp: give a list of at most 100 objects",
    ],
    ["two of the same id", { id: "r", imp: [IMP, IMP] }, "request.imp[1].id: give one that no other of the list has"],
    [
      "two of the same id among many",
      { id: "r", imp: [...many(20, (at) => ({ ...IMP, id: String(at) })), { ...IMP, id: "7" }] },
      "request.imp[20].id: give one that no other of the list has",
    ],
    ["an impression without id", { id: "r", imp: [{ banner: {} }] }, "request.imp[0].id: give one"],
    ["one of no medium", { id: "r", imp: [{ id: "1" }] }, "request.imp[0].banner: give this, video, audio or native"],
    ["width 0", withImp({ banner: { w: 0 } }), "request.imp[0].banner.w: give a whole number of at least 1"],
    ["half a pixel", withImp({ banner: { w: 0.5 } }), "request.imp[0].banner.w: give a whole number of at least 1"],
    [
      "a format of negative height",
      withImp({ banner: { format: [{ w: 1, h: 1 }, { h: -1 }] } }),
      "request.imp[0].banner.format[1].h: give a whole number of at least 1",
    ],
    [
      "a width beyond whole numbers",
      withImp({ banner: { w: 1e300 } }),
      "request.imp[0].banner.w: give a whole number of at least 1",
    ],
    [
      "video without MIME types",
      withImp({ video: {} }),
      "request.imp[0].video.mimes: give a list of at least one MIME type",
    ],
    [
      "audio of no MIME type",
      withImp({ audio: { mimes: [] } }),
      "request.imp[0].audio.mimes: give a list of at least one MIME type",
    ],
    [
      "exact lengths and bounds",
      withVideo({ rqddurs: [15], minduration: 0 }),
      "request.imp[0].video.rqddurs: give this, or minduration and maxduration, not both",
    ],
    [
      "negative lengths",
      withVideo({ rqddurs: [15, -1] }),
      "request.imp[0].video.rqddurs[1]: give a whole number of at least 0",
    ],
    [
      "two forms of floors",
      withVideo({ mincpmpersec: 1, durfloors: [{ mindur: 1 }] }),
      "request.imp[0].video.durfloors: give this or mincpmpersec, not both",
    ],
    [
      "two forms of floors in a deal",
      withDeal({ mincpmpersec: 1, durfloors: [{ mindur: 1 }] }),
      "request.imp[0].pmp.deals[0].durfloors: give this or mincpmpersec, not both",
    ],
    [
      "a range of all lengths",
      withVideo({ durfloors: [{ bidfloor: 1 }] }),
      "request.imp[0].video.durfloors[0].mindur: give this, maxdur or both",
    ],
    [
      "a range that ends first",
      withVideo({ durfloors: [{ mindur: 9, maxdur: 8 }] }),
      "request.imp[0].video.durfloors[0].maxdur: give at least mindur",
    ],
    [
      "a native without request",
      withImp({ native: {} }),
      "request.imp[0].native.request: give the native request as JSON text",
    ],
    [
      "a native request that is an object",
      withImp({ native: { request: {} } }),
      "request.imp[0].native.request: give text of at most 32768 letters",
    ],
    [
      "an empty native request",
      withImp({ native: { request: "" } }),
      "request.imp[0].native.request: give the native request as JSON text",
    ],
    ["a negative floor", withImp({ bidfloor: -0.01 }), "request.imp[0].bidfloor: give a number of at least 0"],
    ["a floor as text", withImp({ bidfloor: "1" }), "request.imp[0].bidfloor: give a number of at least 0"],
    [
      "a currency in lower case",
      withImp({ bidfloorcur: "usd" }),
      "request.imp[0].bidfloorcur: give three upper case letters (ISO-4217)",
    ],
    [
      "a currency of four letters",
      { ...GOOD, cur: ["USD", "EURO"] },
      "request.cur[1]: give three upper case letters (ISO-4217)",
    ],
    ["a deal without id", withImp({ pmp: { deals: [{}] } }), "request.imp[0].pmp.deals[0].id: give one"],
    ["a deal of an empty id", withDeal({ id: "" }), "request.imp[0].pmp.deals[0].id: give text of 1 to 512 letters"],
    [
      "the same deal twice",
      withImp({ pmp: { deals: [{ id: "d" }, { id: "d" }] } }),
      "request.imp[0].pmp.deals[1].id: give one that no other of the list has",
    ],
    ["a deal of an auction type of its own", withDeal({ at: 500 }), "request.imp[0].pmp.deals[0].at: give 1, 2 or 3"],
    ["a request of fixed prices", { ...GOOD, at: 3 }, "request.at: give 1, 2, or 500 and up"],
    ["no time at all", { ...GOOD, tmax: 0 }, "request.tmax: give a whole number of at least 1"],
    ["a flag that is true", { ...GOOD, test: true }, "request.test: give 0 or 1"],
    ["a flag that is 2", { ...GOOD, regs: { coppa: 2 } }, "request.regs.coppa: give 0 or 1"],
    ["site and app", { ...GOOD, site: {}, app: {} }, "request.site: give one of site, app and dooh"],
    ["site and dooh", { ...GOOD, site: {}, dooh: {} }, "request.site: give one of site, app and dooh"],
    ["app and dooh", { ...GOOD, app: {}, dooh: {} }, "request.app: give one of site, app and dooh"],
    [
      "allowed and blocked seats",
      { ...GOOD, wseat: ["a"], bseat: ["b"] },
      "request.bseat: give this or wseat, not both",
    ],
    [
      "a category that is a number",
      { ...GOOD, bcat: ["IAB1", 2] },
      "request.bcat[1]: give text of at most 4096 letters",
    ],
    ["5,001 blocked domains", { ...GOOD, badv: many(5001, String) }, "request.badv: give a list of at most 5000 texts"],
    ["1,001 seats", { ...GOOD, bseat: many(1001, String) }, "request.bseat: give a list of at most 1000 texts"],
    ["null in a list", { ...GOOD, wlang: ["en", null] }, "request.wlang[1]: give text of at most 4096 letters"],
    ["a place that is text", { ...GOOD, device: { geo: { lat: "52" } } }, "request.device.geo.lat: give a number"],
    [
      "a segment that is none",
      { ...GOOD, user: { data: [{ segment: [1] }] } },
      "request.user.data[0].segment[0]: give an object",
    ],
    [
      "consent of more than 32 KiB",
      { ...GOOD, user: { ext: { consent: "C".repeat(32_769) } } },
      "request.user.ext.consent: give text of at most 32768 letters",
    ],
    ["sections that are text", { ...GOOD, regs: { gpp_sid: ["7"] } }, "request.regs.gpp_sid[0]: give a whole number"],
    [
      "a supply chain without nodes",
      { ...GOOD, source: { schain: { complete: 1, ver: "1.0" } } },
      "request.source.schain.nodes: give a list",
    ],
    [
      "a node of nobody",
      { ...GOOD, source: { ext: { schain: { complete: 1, ver: "1.0", nodes: [{ asi: "a" }] } } } },
      "request.source.ext.schain.nodes[0].sid: give one",
    ],
    ["extensions that are a list", { ...GOOD, ext: [] }, "request.ext: give an object"],
  ];
  for (const [what, given, problem] of BAD)
    it(`is refused: ${what}`, () => assert.equal(problemOf(JSON.stringify(given)), problem));

  it("is refused with 413 above 256 KiB, by bytes and not by letters", () => {
    const sized = (bytes: number, letter: string) => {
      const empty = JSON.stringify({ ...GOOD, unknown: "" });
      const letters = Math.ceil((bytes - empty.length) / Buffer.byteLength(letter));
      return JSON.stringify({ ...GOOD, unknown: letter.repeat(letters) });
    };
    accepted(sized(LARGEST_BODY, "x"));
    accepted(Buffer.from(sized(LARGEST_BODY, "x")));
    assert.equal(problemOf(sized(LARGEST_BODY + 1, "x"), 413), "body: give at most 262144 bytes");
    problemOf(Buffer.from(sized(LARGEST_BODY + 1, "x")), 413);
    problemOf(sized(LARGEST_BODY + 3, "€"), 413);
    problemOf(Buffer.alloc(10 * 1024 * 1024, "["), 413);
  });

  it("is refused where it is not JSON in UTF-8", () => {
    for (const body of ["", "{", "{'id':1}", '{"id":NaN}', "\u0000"]) problemOf(body);
    const text = JSON.stringify({ ...GOOD, id: "é" });
    assert.equal(problemOf(Buffer.from(text, "latin1")), "body: give JSON in UTF-8");
    assert.equal(problemOf(Buffer.from(`\ufeff${text}`, "utf16le")), "body: give JSON in UTF-8");
  });

  it("does no harm by nesting: where it is read it is malformed, elsewhere it is not followed", () => {
    const nest = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
    const objects = `${'{"a":'.repeat(20_000)}1${"}".repeat(20_000)}`;
    accepted(`{"id":"r","imp":[{"id":"1","banner":{}}],"unknown":${nest(50_000)}}`);
    accepted(`{"id":"r","imp":[{"id":"1","banner":{}}],"ext":${objects}}`);
    assert.equal(problemOf(`{"id":"r","imp":${nest(50_000)}}`), "request.imp[0]: give an object");
    assert.equal(problemOf(nest(130_000)), "request: give an object");
    // Null makes it be searched.
    accepted(`{"id":"r","imp":[{"id":"1","banner":{}}],"site":null,"unknown":${nest(50_000)},"more":${objects}}`);
  });

  it("is told by its own attributes only, whatever they are called", () => {
    const body = `{"id":"r","imp":[${JSON.stringify(IMP)}],"__proto__":{"site":{},"app":{}},"constructor":{"prototype":{"at":3}},"toString":1,"hasOwnProperty":null}`;
    const request = accepted(body);
    assert.equal(request.site, undefined);
    assert.equal(Object.getPrototypeOf(request), Object.prototype);
    assert.equal("at" in {}, false);
    // The same where null is forgotten first.
    const again = accepted(body.replace('"toString":1', '"user":null'));
    assert.equal(Object.getPrototypeOf(again), Object.prototype);
    assert.equal(again.app, undefined);
    assert.equal(problemOf('{"__proto__":{"id":"r","imp":[{"id":"1","banner":{}}]}}'), "request.id: give one");
  });

  it("is told by the last of keys given twice", () => {
    assert.equal(accepted('{"id":"a","imp":[{"id":"1","banner":{}}],"id":"b"}').id, "b");
    problemOf('{"id":"a","imp":[{"id":"1","banner":{}}],"imp":[]}');
  });

  it("has numbers that JSON can say and a request cannot mean", () => {
    for (const floor of ["1e400", "-1e400", "-1"])
      problemOf(`{"id":"r","imp":[{"id":"1","banner":{},"bidfloor":${floor}}]}`);
    for (const floor of ["-0", "0", "1e-9", "123456789012345678901234567890"])
      accepted(`{"id":"r","imp":[{"id":"1","banner":{},"bidfloor":${floor}}]}`);
    for (const tmax of ["-0", "1e400", "9007199254740992", "12.5"])
      problemOf(`{"id":"r","imp":[{"id":"1","banner":{}}],"tmax":${tmax}}`);
  });

  it("has halves of letters where JSON can say them", () => {
    assert.equal(accepted('{"id":"\\ud800","imp":[{"id":"\\udc00","banner":{}}]}').id, "\ud800");
  });
});
