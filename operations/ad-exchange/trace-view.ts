import { LOSS } from "../../functions/ad-exchange/domain/openrtb/codes";
import type { Fields } from "../../functions/shared/fields";
import { grouped } from "../../local/figures";
import { fieldsIn, money, nameOfCode, textIn } from "./view-parts";

/** Steps of a trace as branches: what was decided stands in the branch's own line, who and why below it. */
export const traceView = (steps: readonly Fields[]): readonly Fields[] => steps.map(stepView);

function stepView(step: Fields): Fields {
  const { stage, at, imp, ...detail } = step;
  const view = Object.hasOwn(VIEWS, textIn(stage)) ? VIEWS[textIn(stage)]! : plain;
  const { says, ...below } = view({ ...detail });
  const of = imp === undefined ? "" : ` of imp ${textIn(imp)}`;
  return { stage: `${textIn(stage)}${of} at ${textIn(at)} ms${says === "" ? "" : `: ${textIn(says)}`}`, ...below };
}

/** `says` is for the branch's own line. */
type View = (detail: Fields) => Fields & { readonly says: string };

const plain: View = (detail) => ({ says: "", ...detail });

const VIEWS: Readonly<Record<string, View>> = {
  read: ({ imps, leftMilliseconds }) => ({
    says: `${textIn(imps)} ${imps === 1 ? "impression" : "impressions"}, ${textIn(leftMilliseconds)} ms left`,
  }),
  privacy: ({ because, ...kinds }) => {
    const refused = Object.keys(kinds).filter((kind) => kinds[kind] === false);
    const says = refused.length === 0 ? "everything may be used" : `not used: ${refused.join(", ")}`;
    return { says, ...(refused.length > 0 ? { because } : {}) };
  },
  match: ({ floor, deals, found, others, isCut }) => {
    const fits = fieldsIn(found);
    const under = Array.isArray(deals) && deals.length > 0 ? `, deals ${deals.join(", ")}` : "";
    const some = isCut === true ? " or more" : "";
    return {
      says: `${fits.length}${some} campaigns fit; floor ${money(floor)} USD${under}`,
      ...(fits.length > 0 ? { fit: byName(fits, bidText) } : {}),
      ...("fails" in (fieldsIn(others)[0] ?? {}) ? { "best-paying that do not": because(fieldsIn(others)) } : {}),
    };
  },
  caps: ({ out, left }) => ({
    says: "",
    ...(Array.isArray(out) && out.length > 0 ? { "out by their frequency caps": out } : {}),
    ...(left === undefined ? {} : { "impressions that are left": left }),
  }),
  budgets: ({ spent, ...rest }) => ({ says: "", ...rest, ...(spent === undefined ? {} : { "without money": spent }) }),
  demand: ({ seats, refused, ...rest }) => ({
    says: fieldsIn(seats)
      .map(({ seat, says }) => `${textIn(seat)} ${says === "bids" ? "bids" : `says ${textIn(says)}`}`)
      .join(", "),
    ...rest,
    ...(fieldsIn(refused).length > 0 ? { refused: fieldsIn(refused).map(refusal) } : {}),
  }),
  auction: ({ winner, bid, price, minToWin, deal, lost }) => ({
    says:
      price === undefined
        ? "nobody wins"
        : `${textIn(winner)} wins and pays ${money(price)} USD of ${money(bid)}${deal === undefined ? "" : `, deal ${textIn(deal)}`}`,
    ...(minToWin === undefined ? {} : { "would have won with": `${money(minToWin)} USD` }),
    ...(fieldsIn(lost).length > 0 ? { lost: byName(fieldsIn(lost), lossText, "offer") } : {}),
  }),
  answer: ({ reason }) => ({ says: `no bid: ${textIn(reason)}` }),
};

const byName = (items: readonly Fields[], text: (item: Fields) => string, by = "campaign"): Fields =>
  Object.fromEntries(items.map((item) => [textIn(item[by]), text(item)]));

const bidText = ({ bid, deal }: Fields): string =>
  `${money(bid)} USD${deal === undefined ? "" : ` under deal ${textIn(deal)}`}`;

const lossText = ({ bid, loss }: Fields): string =>
  `${money(bid)} USD, ${typeof loss === "number" ? nameOfCode(LOSS, loss) : textIn(loss)}`;

const refusal = ({ seat, imp, loss }: Fields): Fields => ({
  seat: `${textIn(seat)}, imp ${textIn(imp)}: ${typeof loss === "number" ? nameOfCode(LOSS, loss) : textIn(loss)}`,
});

/** Campaigns by what they fail at, the most frequent first. */
function because(others: readonly Fields[]): Fields {
  const groups = [...grouped(others, ({ fails }) => textIn(fails))].sort(([, a], [, b]) => b.length - a.length);
  return Object.fromEntries(
    groups.map(([reason, all]) => [
      `${reason} (${all.length})`,
      all.map(({ campaign, bid }) => `${textIn(campaign)} ${money(bid)}`),
    ]),
  );
}
