// node_sleeps.js OPS: as many timers of 46 ms at once; prints for how many ms that took.
const begun = process.hrtime.bigint();
const sleep = () => new Promise(done => setTimeout(done, 46));
Promise.all(Array.from({ length: Number(process.argv[2]) }, sleep))
  .then(() => console.log(Number(process.hrtime.bigint() - begun) / 1e6));
