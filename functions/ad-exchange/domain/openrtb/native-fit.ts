import { isRecord } from "../../../shared/fields";
import type { Native } from "./bid-request";
import { NATIVE_KINDS, type NativeAsset, type NativeKind, readNativeRequest } from "./native-request";

/** The assets of native markup by their ids; undefined where the markup does not hold them itself (`assetsurl`). */
export type NativeAssets = ReadonlyMap<number, NativeKind | undefined> | undefined;

const NONE: readonly NativeAsset[] = [];
/** By the impression's own object, since several bids are held against it. */
const ASKED = new WeakMap<Native, readonly NativeAsset[]>();

/**
 * Whether a bid's assets are what is asked for (OpenRTB Native 1.2, 4.2 and 5.2): all that are required are there, each as
 * the kind that is asked for. A request that cannot be read asks for nothing.
 */
export function nativeFits(native: Native, assets: NativeAssets): boolean {
  if (assets === undefined) return true;
  for (const asked of askedOf(native)) {
    if (!assets.has(asked.id)) {
      if (asked.required === 1) return false;
      continue;
    }
    const kind = kindOf(asked);
    if (kind !== undefined && assets.get(asked.id) !== kind) return false;
  }
  return true;
}

/** @param markup native's JSON text, with the root "native" of version 1.0 or without */
export function assetsOf(markup: string): NativeAssets {
  let given: unknown;
  try {
    given = JSON.parse(markup);
  } catch {
    return new Map();
  }
  const root = isRecord(given) && isRecord(given.native) ? given.native : given;
  if (!isRecord(root)) return new Map();
  if (!Array.isArray(root.assets))
    return root.assetsurl === undefined && root.dcourl === undefined ? new Map() : undefined;
  const assets = new Map<number, NativeKind | undefined>();
  for (const asset of root.assets as readonly unknown[])
    if (isRecord(asset) && typeof asset.id === "number") assets.set(asset.id, kindOf(asset));
  return assets;
}

const kindOf = (asset: Readonly<Partial<Record<NativeKind, unknown>>>): NativeKind | undefined =>
  NATIVE_KINDS.find((kind) => asset[kind] !== undefined);

function askedOf(native: Native): readonly NativeAsset[] {
  const known = ASKED.get(native);
  if (known !== undefined) return known;
  const read = readNativeRequest(native);
  const asked = read.ok ? read.request.assets : NONE;
  ASKED.set(native, asked);
  return asked;
}
