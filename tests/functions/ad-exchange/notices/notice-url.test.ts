import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import fc from "fast-check";
import {
  type Notice,
  type NoticeKind,
  noticeTokens,
  type VerifiedNotice,
  verifyNotice,
  type WrittenNotice,
} from "../../../../functions/ad-exchange/domain/notices/notice-url";
import { type Holder, signer } from "../../../../functions/ad-exchange/domain/notices/signer";

const OLD = { id: "k1", secret: Buffer.alloc(32, 1) };
const NEW = { id: "k2", secret: Buffer.alloc(32, 2) };
const KEYS = signer([NEW, OLD]);
const NOTICE: Notice = {
  publisher: "publisher",
  auction: "auction",
  imp: "1",
  bid: "bid",
  campaign: "campaign",
  seat: "seat",
  priceMicros: 1_230_000,
  currency: "USD",
  issued: 1_760_000_000,
  expires: 1_760_003_600,
  target: "https://ford.com/?a=1&b=ü",
};
const NOW = 1_760_000_010_000;
const HOLDER: Readonly<Record<NoticeKind, Holder>> = {
  win: "server",
  bill: "server",
  loss: "server",
  view: "browser",
  click: "browser",
};
const KINDS = Object.keys(HOLDER) as NoticeKind[];
const written = (notice: Notice): WrittenNotice =>
  JSON.parse(JSON.stringify(notice), (_, value) => (typeof value === "string" ? JSON.stringify(value) : value));
const tokenOf = (kind: NoticeKind, notice = NOTICE, keys = KEYS) => noticeTokens(written(notice), keys)[HOLDER[kind]];
const urlOf = (kind: NoticeKind, token: string) => `https://n.example/base/n/${kind}/${token}`;
const because = (result: VerifiedNotice) => (result.ok ? "ok" : result.because);

describe("a notice URL", () => {
  for (const kind of KINDS) {
    it(`of a ${kind} says what was signed, with or without a query`, () => {
      const url = urlOf(kind, tokenOf(kind));
      for (const called of [url, `${url}?price=1.2&x=/n/bill/a.b.c`, new URL(url).pathname, `${url}#top`]) {
        assert.deepEqual(verifyNotice(called, KEYS, NOW), { ok: true, kind, notice: NOTICE });
      }
    });
  }

  it("that a server holds is good for win, bill and loss, one in a browser for view and click, and neither for the other", () => {
    for (const made of KINDS) {
      for (const kind of KINDS) {
        const expected = HOLDER[kind] === HOLDER[made] ? "ok" : "forged";
        assert.equal(because(verifyNotice(urlOf(kind, tokenOf(made)), KEYS, NOW)), expected, `${made} as ${kind}`);
      }
    }
  });

  it("leads a click nowhere but where it was signed to", () => {
    const url = urlOf("click", tokenOf("click", { ...NOTICE, target: "" }));
    assert.equal(because(verifyNotice(url, KEYS, NOW)), "malformed");
    assert.equal(because(verifyNotice(`${url}?target=https://x.example/`, KEYS, NOW)), "malformed");
  });

  it("carries any text that a publisher or an advertiser writes", () => {
    const text = fc.string({ unit: "binary", maxLength: 20 });
    fc.assert(
      fc.property(text, text, fc.constantFrom(...KINDS), (auction, campaign, kind) => {
        const notice = { ...NOTICE, auction, campaign };
        const url = urlOf(kind, tokenOf(kind, notice));
        assert.match(url, /^[\x21-\x7e]+$/);
        assert.deepEqual(verifyNotice(url, KEYS, NOW), { ok: true, kind, notice });
      }),
    );
  });

  it("with any character changed is not ours", () => {
    const url = urlOf("bill", tokenOf("bill"));
    const start = url.indexOf("/bill/") + 6;
    for (let at = start; at < url.length; at++) {
      const other = url[at] === "A" ? "B" : "A";
      const result = verifyNotice(url.slice(0, at) + other + url.slice(at + 1), KEYS, NOW);
      assert.equal(result.ok, false, `character ${at}`);
    }
  });

  it("is not ours when a part of it is missing, added or of another", () => {
    const token = tokenOf("bill");
    const [payload, , signature] = token.split(".");
    const refused: Readonly<Record<string, string>> = {
      [urlOf("bill", token.slice(0, -1))]: "forged",
      [urlOf("bill", `${token}A`)]: "forged",
      [urlOf("bill", `${payload}.k1.${signature}`)]: "forged",
      [urlOf("bill", `${payload}.k3.${signature}`)]: "unknown key",
      [urlOf("bill", `${payload}.__proto__.${signature}`)]: "unknown key",
      [urlOf("bill", `${payload}.${signature}`)]: "malformed",
      [urlOf("bill", `${token}/`)]: "malformed",
      [urlOf("bill", "")]: "malformed",
      [`https://n.example/n/refund/${token}`]: "malformed",
      [urlOf("bill", `${"A".repeat(20_000)}.k2.${signature}`)]: "malformed",
      "": "malformed",
    };
    for (const [url, why] of Object.entries(refused)) assert.equal(because(verifyNotice(url, KEYS, NOW)), why, url);
  });

  it("does nothing from the instant it expires", () => {
    const url = urlOf("bill", tokenOf("bill"));
    assert.equal(because(verifyNotice(url, KEYS, NOTICE.expires * 1000 - 1)), "ok");
    assert.equal(because(verifyNotice(url, KEYS, NOTICE.expires * 1000)), "expired");
  });

  it("outlives its key's turn, and not the key", () => {
    const url = urlOf("bill", tokenOf("bill", NOTICE, signer([OLD])));
    assert.equal(because(verifyNotice(url, KEYS, NOW)), "ok");
    assert.equal(because(verifyNotice(url, signer([NEW]), NOW)), "unknown key");
  });

  it("of a version to come is not understood", () => {
    const payload = Buffer.from(JSON.stringify([2, "auction"])).toString("base64url");
    const url = urlOf("win", `${payload}.k2.${KEYS.sign(payload).server}`);
    assert.equal(because(verifyNotice(url, KEYS, NOW)), "malformed");
  });
});

describe("a signature", () => {
  const hmacOf = (secret: Uint8Array, text: string) => createHmac("sha256", secret).update(text).digest("hex");

  it("is an HMAC-SHA-256 of the payload, a half for each holder", () => {
    const secret = fc.uint8Array({ minLength: 32, maxLength: 200 });
    const payload = fc.string({ unit: fc.constantFrom(..."abcXYZ019-_"), maxLength: 300 });
    fc.assert(
      fc.property(secret, payload, (bytes, text) => {
        const keys = signer([{ id: "k", secret: bytes }]);
        const { server, browser } = keys.sign(text);
        assert.equal(server + browser, hmacOf(bytes, text));
        assert.equal(server.length, 32);
        assert.deepEqual(
          [keys.verifies("server", text, "k", server), keys.verifies("browser", text, "k", server)],
          [true, false],
        );
      }),
    );
  });

  it("says the whole of a long text", () => {
    for (const letters of [4_000, 4_096, 5_000]) {
      const target = "€".repeat(letters);
      const [payload = ""] = tokenOf("click", { ...NOTICE, target }).split(".");
      assert.equal((JSON.parse(Buffer.from(payload, "base64url").toString()) as unknown[]).at(-1), target);
    }
  });

  it("is so for texts of every length, one after the other", () => {
    const keys = signer([NEW]);
    for (const length of [5_000, 0, 55, 56, 64, 4_095, 4_096, 4_097, 20_000, 1]) {
      const text = "x".repeat(length);
      const { server, browser } = keys.sign(text);
      assert.equal(server + browser, hmacOf(NEW.secret, text), `${length} characters`);
    }
  });

  it("needs a key that is one", () => {
    assert.throws(() => signer([]), /there are none; give at least one/);
    assert.throws(() => signer([{ id: "a.b", secret: NEW.secret }]), /id is "a.b"; give letters/);
    assert.throws(
      () => signer([{ id: "k", secret: Buffer.alloc(31) }]),
      /k: the secret has 31 bytes; give at least 32/,
    );
  });
});
