import * as pulumi from "@pulumi/pulumi";
import { constructVpc } from "./awsx-vpc";
import { type DeclaredResource, recorder } from "./declared";

/** What constructs a remote component's children in this process and answers its outputs. */
type Construct = (
  name: string,
  inputs: Readonly<Record<string, unknown>>,
  component: pulumi.Resource,
) => Record<string, unknown>;

/** By type token. Their packages construct components in a provider's process, which neither mocks nor the embedded cloud run. */
const CONSTRUCTS: Readonly<Record<string, Construct>> = { "awsx:ec2:Vpc": constructVpc };

/**
 * Constructs the children of a remote component and answers its outputs; a component that the program constructs itself has
 * none to answer. As on AWS, the stack's transformations do not see these children; tags reach them by the component's inputs.
 * @param inputs every value known, secrets opened
 * @param declared takes the children
 * @throws for a remote component that is not modelled
 */
export function remoteOutputs(
  { type, name, inputs }: { type: string; name: string; inputs: Readonly<Record<string, unknown>> },
  declared: DeclaredResource[],
): Record<string, unknown> {
  const construct = CONSTRUCTS[type];
  if (construct) return construct(name, inputs, underConstruction(type, name, declared));
  if (!type.startsWith("awsx:")) return {};
  throw new Error(`${name}: what ${type} is made of is not known here; add it to local/remote-components.ts.`);
}

/**
 * Stands for the component while it is being constructed. The component itself cannot be the children's parent: its URN is
 * only known to them once it is registered, and it is registered once they are made.
 */
function underConstruction(type: string, name: string, declared: DeclaredResource[]): pulumi.Resource {
  const urn = `urn:pulumi:${pulumi.getStack()}::${pulumi.getProject()}::${type}::${name}`;
  const internals = { __name: name, __transformations: [recorder(declared)] };
  return Object.assign(new pulumi.DependencyResource(urn), internals);
}
