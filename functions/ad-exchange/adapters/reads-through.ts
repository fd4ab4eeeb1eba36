import { connectDax, DaxReads } from "./dax-reads";
import { DynamoReads, type Sender } from "./dynamo-reads";
import type { Reads } from "./reads";

/** How tables are read in this deployment. @param daxEndpoint discovery endpoint of the cluster; "" where there is none */
export const readsThrough = (daxEndpoint: string | undefined, dynamo: Sender): Reads =>
  daxEndpoint ? new DaxReads(() => connectDax(daxEndpoint)) : new DynamoReads(dynamo);
