/** What an exchange answered. */
export interface Answered {
  readonly status: number;
  readonly body: string;
}

/** An exchange that requests can be sent to, wherever it runs. */
export interface Target {
  /** @param token undefined sends none */
  send(body: string, token: string | undefined): Promise<Answered>;
  /** Ends its connections. */
  close(): void;
}
