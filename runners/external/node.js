// One event loop of Node.js, on its own standard library (node_http.js is part of it): a case in, operations out, as
// docs/protocol.md says. A burst is Promise.all, a cap so many async functions that each take the
// next operation, and an open loop begins operations as they are due.
"use strict";
const crypto = require("node:crypto");
const fs = require("node:fs");

class Refused extends Error {}
class Failed extends Error {}

// Nanoseconds by the monotonic clock; exact in a double for a hundred days.
const now = () => Number(process.hrtime.bigint());

// A timer that is to be longer fires at once.
const kLongestTimer = 2 ** 31 - 1;

// Timers of Node count in milliseconds by a clock that may be behind: none may be early here.
async function waitUntil(when) {
  for (let left; (left = when - now()) > 0; )
    await new Promise((done) => setTimeout(done, Math.min(Math.ceil(left / 1e6), kLongestTimer)));
}

// ---- what an operation does: each function opens a session, which is called for each operation,
// and returns a promise where there is something to wait for

function burn(ns) {
  const used = () => process.cpuUsage().user * 1000 + process.cpuUsage().system * 1000;
  // V8's own threads are in that as well: one thread takes as long as it computes at the least.
  for (const end = used() + ns, least = now() + ns; used() < end || now() < least; );
}

function needsDefault(one, defaults) {
  for (const [key, value] of Object.entries(defaults))
    if ((one.options[key] ?? value) !== value)
      throw new Refused(`node does not know ${key} of ${one.workload}`);
}

function openSleep(one) {
  needsDefault(one, { distribution: "fixed", stall: "", blocking: false });
  const { wait_ns: wait, cpu_ns: cpu } = one.options;
  return () => {
    if (cpu > 0) burn(cpu);
    if (wait > 0) return waitUntil(now() + wait);
  };
}

function openHash(one) {
  const { algorithm, size_bytes: size } = one.options;
  const block = Buffer.from({ length: size }, (_, i) => 0).map((_, i) => (i * 131) >> 3);
  const digest = () => crypto.createHash(algorithm).update(block).digest();
  const right = digest();
  return () => {
    if (!digest().equals(right)) throw new Failed("wrong digest");
  };
}

const kWorkloads = { null: () => () => {}, sleep: openSleep, hash: openHash, http: openHttp };
const kReasons = { ECONNREFUSED: "refused", ECONNRESET: "reset", EPIPE: "closed early",
                   ETIMEDOUT: "time-out", EHOSTUNREACH: "unreachable", ENETUNREACH: "unreachable",
                   EADDRNOTAVAIL: "no port", EMFILE: "no descriptor", ENFILE: "no descriptor" };

const reasonOf = (error) =>
  error instanceof Failed ? error.message : kReasons[error.code] ?? error.code ?? error.name;

// ---- the load

function readCase() {
  const { protocol, workload, load, how, endpoint } = JSON.parse(fs.readFileSync(0, "utf8"));
  if (protocol !== 1) throw new Refused(`node speaks protocol 1, and not ${protocol}`);
  if (!Object.hasOwn(kWorkloads, workload.name))
    throw new Refused(
      `node has no workload ${workload.name}; it has ${Object.keys(kWorkloads).join(", ")}`);
  const bytes = "rate_per_s" in load ? fs.readFileSync(4) : null;
  const due = bytes && Array.from({ length: bytes.length / 8 },
                                  (_, i) => Number(bytes.readBigInt64LE(8 * i)));
  const duration = due ? undefined : load.duration_ns;
  return { workload: workload.name, options: workload.options, endpoint, due, duration,
           drain: load.drain_ns ?? 1e10,
           cap: how.cap, passes: load.passes ?? 1, ops: due?.length ?? load.ops ?? Infinity,
           warmup: load.warmup ?? how.cap, warmupInFlight: load.warmup_in_flight ?? how.cap };
}

// Operations that ended just in time are noted by then.
const kGrace = 100e6;

async function carryOut(one, sessions) {
  const list = { op: [], started_ns: [], finished_ns: [], failed: {} };
  const free = [...sessions];
  const t0 = now();
  let next = 0, slowest = 0;
  const lasts = one.due?.at(-1) ?? one.duration ?? Infinity;
  const end = t0 + lasts + one.drain; // What has not ended by then is dropped.
  // As asyncmark's own runners: who is too far behind leaves the rest of an open loop.
  const isOver = () => {
    if (one.duration) return now() - t0 >= one.duration;
    return one.due && now() - t0 >= lasts + Math.min(one.drain, Math.max(1e9, 10 * slowest));
  };
  const operate = async (op) => {
    const call = free.pop();
    const started = now();
    let reason = null;
    try {
      const answer = call();
      if (answer) await answer; // To await nothing would let others begin meanwhile.
    } catch (error) {
      reason = reasonOf(error);
    }
    const finished = now();
    free.push(call);
    if (finished > end) return;
    slowest = Math.max(slowest, finished - started);
    list.op.push(op);
    list.started_ns.push(started - t0);
    list.finished_ns.push(finished - t0);
    if (reason !== null) (list.failed[reason] ??= []).push(op);
  };
  const client = async () => {
    while (next < one.ops && !isOver()) {
      const op = next++;
      if (one.due) await waitUntil(t0 + one.due[op]);
      await operate(op);
    }
  };
  const clients = Math.min(one.cap, one.ops);
  const all = Promise.all(Array.from({ length: clients }, client)).then(() => true);
  const whole = await (end < Infinity ? Promise.race([all, waitUntil(end + kGrace)]) : all);
  const dropped = (one.duration ? next : one.ops) - list.op.length;
  const last = list.finished_ns.reduce((a, b) => Math.max(a, b), 0);
  // Where some never ended, the time that was given to them counts.
  const elapsed = dropped > 0 && end < Infinity ? Math.max(last, lasts) : last;
  return { list, whole: whole === true, elapsed, dropped: one.duration ? dropped : 0 };
}

// ---- what the process took, and the report

const inStatus = (key) =>
  1024 * Number(fs.readFileSync("/proc/self/status", "utf8").match(`${key}:\\s+(\\d+)`)[1]);

async function life() {
  const one = readCase();
  let begun = now();
  const phases = {};
  const phase = (name) => ([phases[name], begun] = [now() - begun, now()]);
  try {
    fs.writeFileSync("/proc/self/clear_refs", "5"); // The peak of what is resident begins anew.
  } catch {}
  const stood = inStatus("VmRSS");
  const sessions = Array.from({ length: one.cap }, () => kWorkloads[one.workload](one));
  phase("set_up_ns");
  const failedOf = (list) => Object.values(list.failed).reduce((sum, ops) => sum + ops.length, 0);
  let warm_up_failed = 0;
  for (let left = one.warmup; left > 0; left -= one.warmupInFlight) {
    const ops = Math.min(left, one.warmupInFlight);
    const { list } = await carryOut({ ...one, ops, due: null, duration: undefined }, sessions);
    warm_up_failed += failedOf(list);
  }
  phase("warm_up_ns");
  const resources = { user_ns: 0, system_ns: 0, voluntary_switches: 0, involuntary_switches: 0,
                      connections_reopened: 0 };
  const reopened = () => sessions.reduce((sum, call) => sum + (call.reopened?.() ?? 0), 0);
  const passes = [];
  let completed = 0, never_started = 0;
  for (let i = 0; i < one.passes; ++i) {
    const before = process.resourceUsage(), reopenedBefore = reopened();
    const { list: operations, whole, elapsed, dropped } = await carryOut(one, sessions);
    if (!whole && i + 1 < one.passes)
      throw new Refused("a pass before the last one did not end within its --drain");
    never_started += dropped;
    const after = process.resourceUsage();
    const user = 1000 * (after.userCPUTime - before.userCPUTime);
    const system = 1000 * (after.systemCPUTime - before.systemCPUTime);
    resources.user_ns += user;
    resources.system_ns += system;
    resources.voluntary_switches += after.voluntaryContextSwitches - before.voluntaryContextSwitches;
    resources.involuntary_switches +=
      after.involuntaryContextSwitches - before.involuntaryContextSwitches;
    resources.connections_reopened += reopened() - reopenedBefore;
    completed += operations.op.length - failedOf(operations);
    passes.push({ elapsed_ns: elapsed, cpu_ns: user + system, operations });
  }
  phase("timed_ns");
  resources.peak_rss_bytes = inStatus("VmHWM");
  // Without the lists: three numbers an operation.
  const listed = passes.reduce((sum, one) => sum + 24 * one.operations.op.length, 0);
  resources.grown_bytes = resources.peak_rss_bytes - stood - listed;
  const facts = { interpreter: `Node.js ${process.versions.node}`, loop: `libuv ${process.versions.uv}`,
                  "garbage collector": `V8 ${process.versions.v8}'s, as by default` };
  if (one.workload === "http") facts.client = "node:net";
  return { measurement: { completed, never_started, passes, resources, phases, warm_up_failed,
                          facts } };
}

life()
  .catch((error) => {
    process.exitCode = error instanceof Refused ? 2 : 4;
    return { error: error instanceof Refused ? error.message : String(error) };
  })
  .then((report) => {
    fs.writeFileSync(3, JSON.stringify({ protocol: 1, ...report }));
    process.exit();
  });
