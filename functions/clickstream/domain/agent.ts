import Bowser from "bowser";
import { isbot } from "isbot";

/** What a user agent says of itself. */
export interface Agent {
  /** A crawler, a monitor or a script, by its own word: such events are kept and tagged, so that reports can leave them out. */
  readonly bot: boolean;
  readonly browser?: string;
  /** Major version. */
  readonly browserVersion?: string;
  readonly os?: string;
  /** `desktop`, `mobile`, `tablet`, `tv`. */
  readonly device?: string;
}

/** Letters of a user agent that are read and kept: expressions over more of a hostile one take long. */
export const LONGEST_AGENT = 512;

/** Reads a user agent; undefined when there is none. */
export function agentOf(userAgent: string | undefined): Agent | undefined {
  if (userAgent === undefined || userAgent === "") return undefined;
  const text = userAgent.slice(0, LONGEST_AGENT);
  const { browser, os, platform } = Bowser.parse(text);
  const said = {
    browser: browser.name,
    browserVersion: browser.version?.split(".")[0],
    os: os.name,
    device: platform.type,
  };
  const known = Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined && value !== ""));
  return { bot: isbot(text), ...known };
}
