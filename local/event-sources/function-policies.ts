import { GetPolicyCommand, type LambdaClient, ResourceNotFoundException } from "@aws-sdk/client-lambda";
import type { Clock } from "./clock";

/** Resource policies of functions, asked for at most once per period and function. */
export class FunctionPolicies {
  readonly #known = new Map<string, { readonly text: Promise<string | undefined>; readonly until: number }>();

  constructor(
    private readonly lambda: LambdaClient,
    private readonly milliseconds: number,
    private readonly clock: Clock,
  ) {}

  /** The policy as JSON text; undefined when the function has none. Rejects when Lambda does not answer. */
  of(arn: string): Promise<string | undefined> {
    const known = this.#known.get(arn);
    if (known !== undefined && known.until > this.clock.now()) return known.text;
    const text = this.lambda.send(new GetPolicyCommand({ FunctionName: arn })).then(
      ({ Policy }) => Policy,
      (error) => {
        if (error instanceof ResourceNotFoundException) return undefined;
        this.#known.delete(arn); // a failure is not worth remembering
        throw error;
      },
    );
    this.#known.set(arn, { text, until: this.clock.now() + this.milliseconds });
    return text;
  }
}
