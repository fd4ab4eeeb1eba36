import type { Episode, Page, PageChange } from "../adapters/alert-book";
import type { AlertRule } from "../domain/alert-rule";
import { advance, type OpenEpisode } from "../domain/episodes";
import type { Tick } from "../domain/tick";
import type { Tunables } from "../domain/tunables";
import type { Attempt } from "../stage/attempt";

/** What the recent events of a series change on a rule's page, and whether the rule holds at the newest of them. */
export interface Progress {
  readonly change: PageChange;
  readonly met: boolean;
}

/** How many ticks are needed to look back on `recentEvents`, each with a whole window before it. */
export const ticksNeeded = ({ recentEvents, windowEvents }: Tunables): number => recentEvents + windowEvents - 1;

/**
 * The ticks whose windows are cut short where the history begins, up to which this is the last; undefined where the history
 * is whole.
 */
function cutOf(recent: readonly Tick[], tunables: Tunables): string | undefined {
  return recent.length < ticksNeeded(tunables) ? undefined : recent[tunables.windowEvents - 2]?.position;
}

/** Whether the history begins after what an open episode was last seen at: what closed it may lie in between. */
export function outruns(known: Episode | undefined, recent: readonly Tick[], tunables: Tunables): known is Episode {
  return known !== undefined && known.closedAt === undefined && known.lastPosition < (cutOf(recent, tunables) ?? "");
}

/** New episodes are held by the attempt that opens them: it is the one to publish them. */
export function progressOf(
  attempt: Attempt,
  symbol: string,
  rule: AlertRule,
  recent: readonly Tick[],
  page: Page,
  tunables: Tunables,
): Progress {
  const known = page.episodes[0];
  const { openings, closing, lastPosition, met } = advance(rule, recent, seenFrom(known, recent, tunables), tunables);
  const opened = openings.map(
    ({ episode, measurements, closedAt }): Episode => ({
      alert: page.alert,
      episode,
      status: "PENDING",
      ruleId: rule.id,
      severity: rule.severity,
      symbol,
      openedBy: attempt.eventId,
      measurements,
      lastPosition,
      ...(closedAt === undefined ? {} : { closedAt }),
      claimedBy: attempt.requestId,
      claimedUntil: attempt.endsAt,
    }),
  );
  const stillOpen = known !== undefined && known.closedAt === undefined && !closing;
  const behind = stillOpen && recent.length > ticksNeeded(tunables);
  return {
    change: {
      openings: opened,
      closings: closing ? [closing] : [],
      ...(behind ? { followed: { episode: known.episode, lastPosition } } : {}),
    },
    met,
  };
}

/**
 * The episode on record, as one that has seen the first ticks: where there is more history than was read, the windows
 * that end at them are cut short, and what is measured over those would open episodes that never were.
 */
function seenFrom(known: Episode | undefined, recent: readonly Tick[], tunables: Tunables): OpenEpisode | undefined {
  const cut = cutOf(recent, tunables);
  if (cut === undefined) return known;
  const seen = known?.closedAt ?? known?.lastPosition ?? "";
  if (seen >= cut) return known;
  if (known && known.closedAt === undefined) return { episode: known.episode, lastPosition: cut };
  return { episode: cut, lastPosition: cut, closedAt: cut };
}
