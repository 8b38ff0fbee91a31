// node_sleeps.js COUNT: as many timers of 46 ms at once. Prints JSON; a peak is that of this program, and not of who
// started it.
const peak = () => 1024 * /VmHWM:\s+(\d+) kB/.exec(require('fs').readFileSync('/proc/self/status', 'ascii'))[1];
const sleep = () => new Promise(done => setTimeout(done, 46));
const begun = process.hrtime.bigint(), before = process.cpuUsage();
Promise.all(Array.from({ length: Number(process.argv[2]) }, sleep)).then(() => {
  const seconds = Number(process.hrtime.bigint() - begun) / 1e9, used = process.cpuUsage(before);
  console.log(JSON.stringify({ seconds, cpu_s: (used.user + used.system) / 1e6, peak_bytes: peak() }));
});
