/** Loads a bundle in a fresh process and prints the CPU milliseconds that the process has spent. Argument: the bundle's file, or none. */
const file = process.argv[2];
if (file) require(file);
const { user, system } = process.cpuUsage();
console.log((user + system) / 1000);
process.exit(0);
