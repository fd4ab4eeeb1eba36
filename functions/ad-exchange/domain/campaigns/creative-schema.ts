import * as z from "zod";
import { loadsInsecurely } from "../auction/insecure";
import { MARKUP } from "../openrtb/codes";
import { hasClick, unknownMacros } from "./markup";
import { ID, MOST } from "./rules";
import { category, domain, list, named, text, whole } from "./schema-parts";

/** Content Taxonomy 1.0 (AdCOM, list "Category Taxonomies"). */
const CONTENT_1_0 = 1;

const webAddress = z.string().max(2_048, "give at most 2,048 letters").refine(isWebAddress, {
  error: "give an absolute URL, https://… or http://…",
});

const fields = z.strictObject({
  id: z.string().regex(ID, "give 1 to 64 letters, digits, - or _"),
  type: z.literal([MARKUP.banner, MARKUP.video, MARKUP.audio, MARKUP.native], {
    error: "give 1 (banner), 2 (video), 3 (audio) or 4 (native)",
  }),
  w: whole(1, MOST.pixels).exactOptional(),
  h: whole(1, MOST.pixels).exactOptional(),
  markup: z
    .string()
    .min(1, "give the markup")
    .max(MOST.markup, `give at most ${MOST.markup} letters`)
    .refine((value) => value.isWellFormed() && !value.includes("\0"), {
      error: "give text that is UTF-8, without NUL",
    }),
  clickTarget: webAddress.exactOptional(),
  advertiserDomains: list(domain, 10).refine((all) => all.length > 0, { error: "give at least one domain" }),
  categories: list(text(32)).exactOptional(),
  cattax: whole(1, 1_000).exactOptional(),
  attributes: list(whole(1, 1_000)).exactOptional(),
  apis: list(whole(1, 1_000)).exactOptional(),
  language: z
    .string()
    .toLowerCase()
    .regex(/^[a-z]{2,3}(-[a-z0-9]{2,8})*$/, "give a language, such as en")
    .exactOptional(),
  secure: z.boolean(),
  durationSeconds: whole(1, MOST.seconds).exactOptional(),
  mimes: list(
    z
      .string()
      .toLowerCase()
      .regex(/^[a-z0-9.+-]{1,64}\/[a-z0-9.+-]{1,64}$/, "give a media type, such as video/mp4"),
    50,
  ).exactOptional(),
  protocol: whole(1, 1_000).exactOptional(),
  bitrate: whole(1, 1_000_000).exactOptional(),
  bundle: named(255).exactOptional(),
});

type Fields = z.output<typeof fields>;
type Refused = (path: keyof Fields, message: string) => void;

/** A creative that can be what it says it is. */
export const creative = fields.superRefine((value, { addIssue }) => {
  const refused: Refused = (path, message) => addIssue({ code: "custom", path: [path], message });
  checkForm(value, refused);
  checkMarkup(value, refused);
  if (
    (value.cattax ?? CONTENT_1_0) === CONTENT_1_0 &&
    value.categories?.some((each) => !category.safeParse(each).success)
  )
    refused("categories", "give IAB categories, such as IAB1-2, or name another taxonomy in cattax");
});

function checkForm({ type, w, h, durationSeconds, mimes }: Fields, refused: Refused): void {
  const isTimed = type === MARKUP.video || type === MARKUP.audio;
  if (type === MARKUP.banner && w === undefined) refused("w", "give a banner's width");
  if (type === MARKUP.banner && h === undefined) refused("h", "give a banner's height");
  if (type === MARKUP.video && (w === undefined) !== (h === undefined)) refused("w", "give both w and h, or neither");
  if (isTimed && durationSeconds === undefined) refused("durationSeconds", "give the seconds that it takes");
  if (isTimed && !mimes?.length) refused("mimes", "give the media types that it comes in");
  if (!isTimed && durationSeconds !== undefined) refused("durationSeconds", "only video and audio take time");
}

function checkMarkup({ type, markup, clickTarget, secure }: Fields, refused: Refused): void {
  const isTimed = type === MARKUP.video || type === MARKUP.audio;
  if (isTimed && !/<VAST[\s>]/.test(markup)) refused("markup", "give a VAST document");
  if (type === MARKUP.native && !isJsonObject(markup)) refused("markup", "give native's JSON object as text");
  if (secure && loadsInsecurely(markup)) refused("markup", "it says secure and loads http://; give https:// only");
  for (const macro of unknownMacros(markup)) refused("markup", `nobody replaces \${${macro}}; see OpenRTB 2.6, 4.4`);
  if (hasClick(markup) && clickTarget === undefined) refused("clickTarget", "the markup counts clicks; say where to");
  if (!hasClick(markup) && clickTarget !== undefined)
    refused("markup", `give \${SLUICE_CLICK} where the link is, or no clickTarget`);
}

function isWebAddress(value: string): boolean {
  return /^https?:\/\/[^\s\\]+$/.test(value) && URL.canParse(value);
}

function isJsonObject(value: string): boolean {
  try {
    const read: unknown = JSON.parse(value);
    return typeof read === "object" && read !== null && !Array.isArray(read);
  } catch {
    return false;
  }
}
