import {
  ConditionalCheckFailedException,
  TransactionCanceledException,
  type TransactWriteItemsCommandOutput,
} from "@aws-sdk/client-dynamodb";

/**
 * What became of a transaction: written; refused, because an item is not as its condition wants it; or in conflict with
 * another transaction on the same items at the same moment, which says nothing about the conditions.
 */
export type WriteResult = "written" | "refused" | "conflict";

/** Reasons that pass by themselves (API reference, TransactWriteItems, "Cancellation reasons"). */
const PASSING = new Set(["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"]);

/**
 * Reads the cancellation reasons, one per item in the order of the request. A failed condition outweighs a conflict
 * elsewhere: it was evaluated, so it is known.
 * @throws whatever is neither, e.g. a denied call or an item that is too large
 */
export async function writeResult(sent: Promise<TransactWriteItemsCommandOutput>): Promise<WriteResult> {
  try {
    await sent;
    return "written";
  } catch (error) {
    if (!(error instanceof TransactionCanceledException)) throw error;
    const codes = (error.CancellationReasons ?? []).map((reason) => reason.Code ?? "None").filter((c) => c !== "None");
    if (codes.includes("ConditionalCheckFailed")) return "refused";
    if (codes.length > 0 && codes.every((code) => PASSING.has(code))) return "conflict";
    throw error;
  }
}

/** Runs one conditional write; false when its condition does not hold. */
export async function conditional(sent: Promise<unknown>): Promise<boolean> {
  try {
    await sent;
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}
