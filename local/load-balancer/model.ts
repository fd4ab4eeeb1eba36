/** An Application Load Balancer as far as requests notice it. */
export interface LoadBalancer {
  readonly name: string;
  readonly dnsName: string;
  /** Headers whose names have anything but letters, digits and hyphens do not reach a target. */
  readonly dropInvalidHeaderFields: boolean;
  readonly forwardedFor: ForwardedFor;
  readonly listeners: readonly Listener[];
}

/** What becomes of X-Forwarded-For ("HTTP headers and Application Load Balancers"). */
export interface ForwardedFor {
  readonly mode: "append" | "preserve" | "remove";
  /** Whether the client's port stands behind its address. */
  readonly withPort: boolean;
}

export interface Listener {
  /** As the program gives it: on this machine the listener answers on another one. */
  readonly port: number;
  /** As the program gives it: on this machine every listener speaks plain HTTP. */
  readonly protocol: "HTTP" | "HTTPS";
  readonly rules: readonly Rule[];
  readonly defaultAction: Action;
  /** Headers that every response gets, by name. */
  readonly responseHeaders: Readonly<Record<string, string>>;
}

export interface Rule {
  /** The lowest comes first. */
  readonly priority: number;
  /** All of them have to hold. */
  readonly conditions: readonly Condition[];
  readonly action: Action;
}

/** Holds when one of the values does. */
export interface Condition {
  readonly field: "path-pattern" | "host-header" | "http-request-method";
  readonly values: readonly string[];
}

export type Action =
  | { readonly kind: "forward"; readonly group: TargetGroup }
  | ({ readonly kind: "redirect" } & Redirect)
  | { readonly kind: "fixed-response"; readonly status: number; readonly contentType: string; readonly body: string };

/** Each part may hold `#{protocol}`, `#{host}`, `#{port}`, `#{path}` and `#{query}`. */
export interface Redirect {
  readonly status: 301 | 302;
  readonly protocol: string;
  readonly host: string;
  readonly port: string;
  readonly path: string;
  readonly query: string;
}

/** A target group of one function. */
export interface TargetGroup {
  readonly arn: string;
  readonly name: string;
  readonly multiValueHeaders: boolean;
  /** Absent: nothing is registered. */
  readonly functionArn?: string;
  /** Absent: health checks are off, as they are by default for functions. */
  readonly healthCheck?: HealthCheck;
}

export interface HealthCheck {
  /** `/path` or `/path?query`. */
  readonly path: string;
  readonly intervalSeconds: number;
  readonly timeoutSeconds: number;
  /** Successes in a row that make an unhealthy target healthy. */
  readonly healthyThreshold: number;
  /** Failures in a row that make a target unhealthy. */
  readonly unhealthyThreshold: number;
  /** Status codes of success: `200`, `200,202` or `200-299`. */
  readonly matcher: string;
}

/** A request as it came over the wire. */
export interface Received {
  readonly method: string;
  /** Encoded as the client encoded it, without the query. */
  readonly path: string;
  /** Without the question mark; empty when there is none. */
  readonly query: string;
  /** In their order, repeated ones too. */
  readonly headers: readonly Header[];
  readonly body: Uint8Array;
  readonly client: { readonly address: string; readonly port: number };
}

export type Header = readonly [name: string, value: string];

/** What a client is answered. */
export interface Answer {
  readonly status: number;
  /** Left out: the status code's own. */
  readonly reasonPhrase?: string;
  readonly headers: readonly Header[];
  readonly body: Uint8Array | string;
}

/** The values of a header, whatever the case of its name. */
export const valuesOf = (headers: readonly Header[], name: string): string[] =>
  headers.flatMap(([one, value]) => (one.toLowerCase() === name ? [value] : []));
