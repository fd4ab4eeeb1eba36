import { join } from "node:path";
import { CreateFunctionCommand, GetFunctionConfigurationCommand, InvokeCommand } from "@aws-sdk/client-lambda";
import { Clients } from "../../local/clients";
import { startCloud } from "../../local/cloud";
import { zip } from "../../local/resources/zip";
import { roleThatMay } from "./roles";

/** Starts a cloud with a function that has run, prints the cloud's folder, and waits to be killed. */
async function main(): Promise<void> {
  const cloud = await startCloud({ root: join(__dirname, "../.."), stateName: "test-crash" });
  const admin = new Clients(cloud, cloud.admin);
  const { lambda } = admin;
  const ZipFile = zip(new Map([["index.js", Buffer.from("exports.handler = async () => 1;")]]));
  const FunctionName = "function";
  const Role = await roleThatMay(admin, "role", []);
  await lambda.send(
    new CreateFunctionCommand({
      FunctionName,
      Role,
      Code: { ZipFile },
      Runtime: "nodejs22.x",
      Handler: "index.handler",
    }),
  );
  const isActive = async () =>
    (await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }))).State === "Active";
  while (!(await isActive())) await new Promise((resolve) => setTimeout(resolve, 50));
  const { FunctionError, Payload } = await lambda.send(new InvokeCommand({ FunctionName }));
  if (FunctionError) throw new Error(`the function failed: ${Buffer.from(Payload ?? []).toString()}`);
  console.log(cloud.scratch);
  setInterval(() => {}, 1000);
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
