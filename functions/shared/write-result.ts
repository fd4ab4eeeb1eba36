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
 * Reads the cancellation reasons. A failed condition outweighs a conflict elsewhere: it was evaluated, so it is known.
 * @throws whatever is neither, e.g. a denied call or an item that is too large
 */
export async function writeResult(sent: Promise<TransactWriteItemsCommandOutput>): Promise<WriteResult> {
  const codes = await cancellations(sent);
  if (codes === undefined) return "written";
  return codes.includes("ConditionalCheckFailed") ? "refused" : "conflict";
}

/**
 * Why a transaction was cancelled, one code per item in the order of the request, `None` where an item was well; undefined when it was
 * written.
 * @throws whatever no condition and no conflict explains
 */
export async function cancellations(
  sent: Promise<TransactWriteItemsCommandOutput>,
): Promise<readonly string[] | undefined> {
  try {
    await sent;
    return undefined;
  } catch (error) {
    if (!(error instanceof TransactionCanceledException)) throw error;
    const codes = (error.CancellationReasons ?? []).map((reason) => reason.Code ?? "None");
    const faults = codes.filter((code) => code !== "None");
    const known =
      faults.includes("ConditionalCheckFailed") || (faults.length > 0 && faults.every((code) => PASSING.has(code)));
    if (!known) throw error;
    return codes;
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
