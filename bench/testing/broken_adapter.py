"""Carries out sleeps as docs/protocol.md says, but for what its argument says is wrong with it.

No operation really waits: the whole takes as long as they would, and their times are made up.
"""
import array
import json
import sys
import time

mode = sys.argv[1] if len(sys.argv) > 1 else "right"


def error(text):
    return {"protocol": 1, "error": text}


def a_pass(load, cap, wait):
    if "rate_per_s" in load:
        started = list(array.array("q", open(4, "rb").read()))
    else:
        wave = max(1, 2 * cap if mode == "over-cap" else cap)
        started = [op // wave * wait for op in range(load.get("ops") or cap)]
    took = wait // 2 if mode == "too-fast" else wait
    finished = [at + took for at in started]
    elapsed = max(finished)
    if "duration_ns" in load and mode == "ends-late":
        elapsed = 6 * load["duration_ns"]
    time.sleep(elapsed / 1e9)
    if mode == "backwards":
        finished[3] = started[3] - 1
    return {"elapsed_ns": elapsed, "operations": {"started_ns": started, "finished_ns": finished}}


def report(document):
    name, load = document["workload"]["name"], document["load"]
    if mode != "any-workload" and name not in ("sleep", "null"):
        return error(f"no workload {name}")
    if document["protocol"] != 1:
        return error("another protocol")
    if "duration_ns" in load and mode not in ("ends-early", "ends-late"):
        return error("no durations")
    options = document["workload"]["options"]
    wait = options.get("wait_ns", 0) + (options.get("cpu_ns", 0) if mode != "no-options" else 0)
    passes = [a_pass(load, document["how"]["cap"], wait) for _ in range(load["passes"])]
    completed = sum(len(one["operations"]["started_ns"]) for one in passes)
    if mode == "ledger":
        completed += 1
    measurement = {"completed": completed, "passes": passes}
    if mode == "tells-more":
        measurement |= {"hop": {"cpu_ns": 10**17, "alone_ns": 1}, "connections_made": 2**63, "rows": 7,
                        "peak_is_upper_bound": True, "loop": {"longest_hold_ns": 10**17},
                        "placement": {"client": "0-1000"}}
    return {"protocol": 1, "measurement": measurement}


out = open(3, "w")
if mode == "never":
    time.sleep(3600)
if mode == "flood":
    while True:
        out.write("[" * 1_000_000)
text = json.dumps(report(json.load(sys.stdin)))
if mode == "rubbish":
    text = "hello"
if mode == "half":
    text = text[:len(text) // 2]
if mode != "nothing":
    out.write(text)
out.close()
if mode == "exit":
    sys.exit(3)
