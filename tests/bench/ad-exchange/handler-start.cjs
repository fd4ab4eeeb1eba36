/**
 * Loads a bundle in a fresh process and prints the CPU milliseconds that the process has spent by then. Arguments: the bundle's
 * file, or none; and "thread" to wait until the thread that it starts has asked for something, in vain.
 */
const [file, until] = process.argv.slice(2);
const print = () => {
  const { user, system } = process.cpuUsage();
  process.stderr.write(`${(user + system) / 1000}\n`);
  process.exit(0);
};
if (until === "thread") {
  process.stdout.write = print;
  // The thread does not keep the process alive.
  setTimeout(print, 30_000);
}
if (file) require(file);
if (until !== "thread") print();
