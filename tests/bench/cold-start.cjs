/** Loads a bundle in a fresh process and prints how long that took, in milliseconds. Argument: the bundle's file, or none. */
const file = process.argv[2];
const started = process.hrtime.bigint();
if (file) require(file);
console.log(Number(process.hrtime.bigint() - started) / 1e6);
process.exit(0);
