import type { MessagePort } from "node:worker_threads";
import type { CampaignChange } from "../domain/changes/change";
import type { Pointer } from "../domain/changes/pointer";

/** What the refresh worker is for; also what it may have trouble with. */
export type Part = "index" | "settings" | "keys" | "worker";

/** What the worker is started with. */
export interface WorkerStart {
  readonly snapshotsBucket: string;
  readonly changesTable: string;
  readonly daxEndpoint: string;
  readonly signingKeysSecret: string;
  readonly settingsParameter: string;
  /** The snapshot that an earlier worker has handed over: it is not downloaded again. */
  readonly loaded: Pointer | undefined;
  /** The worker's end of the channel: of its own, so that the other side can also look into it while it stands still. */
  readonly port: MessagePort;
}

/** From the worker. Each is answered before the next is sent, so that there is never a queue of them. */
export type FromWorker =
  | { readonly kind: "snapshot"; readonly pointer: Pointer; readonly file: ArrayBuffer }
  /** A slice; a change may come more than once, and a change of before the snapshot too. */
  | { readonly kind: "changes"; readonly changes: readonly CampaignChange[] }
  /** All changes that were written until this instant, milliseconds since the epoch, have been handed over. */
  | { readonly kind: "current"; readonly upTo: number }
  | { readonly kind: "settings"; readonly text: string }
  /** Texts of the secret's versions AWSCURRENT and AWSPREVIOUS. */
  | { readonly kind: "keys"; readonly current: string; readonly previous?: string }
  | { readonly kind: "trouble"; readonly part: Part; readonly failure: string };

/** To the worker: what became of its message. Refused: it could not be used, and what was there before stays. */
export type ToWorker = { readonly kind: "taken" | "refused" };
