/** A function's bundle in a process of its own, as Lambda has it: for each list of events that comes, what handling them costs. */
const { handler } = require(process.argv[2]);

const context = { awsRequestId: "bench", getRemainingTimeInMillis: () => 60_000 };

process.on("message", async (events) => {
  const before = process.cpuUsage();
  const started = performance.now();
  const answers = [];
  for (const event of events) answers.push(await handler(event, context));
  const { user, system } = process.cpuUsage(before);
  process.send({ answers, microseconds: user + system, milliseconds: performance.now() - started });
});
