"""What the packets on the loopback interface say of response times."""

import importlib.util
import os
import re
import select
import signal
import subprocess
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from .bench import Bench, PeersError

#: Where a packet carries payload: the length that IP tells, less both headers.
WITH_PAYLOAD = "(ip[2:2] - ((ip[0] & 0xf) << 2) - ((tcp[12] & 0xf0) >> 2)) != 0"

BUFFER_KIB = 128 * 1024  #: holds a whole run, so that tcpdump need not have processor time during it
SNAPSHOT_BYTES = 96  #: Ethernet, IP and TCP headers with their options
#: tcpdump is handed packets once a second where they do not fill a block of the buffer.
DELIVERY_S = 1.3


@dataclass(frozen=True)
class Packet:
    """A packet with payload. The kernel notes its time where it hands it over to the receiver: on the
    loopback interface that happens inside the sender's system call, and each packet is seen once."""

    time_ns: int
    from_port: int
    to_port: int


@dataclass
class Capture:
    """Filled when the `with` of `capturing()` is left."""

    packets: list[Packet] = field(default_factory=list)


def exchanges(packets: Iterable[Packet], server_port: int) -> list[tuple[int, int]]:
    """Each request and its answer: the first packet of the one and the last packet of the other, in ns,
    in the order of the requests. Clients do not pipeline: a request that follows an answer on the same
    connection ends that answer. A request without an answer is left out."""
    found: list[tuple[int, int]] = []
    asked: dict[int, int] = {}
    answered: dict[int, int] = {}

    def end(port: int) -> None:
        if port in answered:
            found.append((asked.pop(port), answered.pop(port)))

    for packet in packets:
        if packet.to_port == server_port:
            end(packet.from_port)
            asked.setdefault(packet.from_port, packet.time_ns)
        elif packet.to_port in asked:
            answered[packet.to_port] = packet.time_ns
    for port in list(answered):
        end(port)
    return sorted(found)


def read_packets(file: Path) -> list[Packet]:
    """The packets of a pcap file of the loopback interface, by dpkt."""
    import dpkt  # pylint: disable=import-outside-toplevel  (installed by then)

    with file.open("rb") as stream:
        found = []
        for seconds, frame in dpkt.pcap.Reader(stream):  # a Decimal where the file is in nanoseconds
            segment = dpkt.ethernet.Ethernet(frame).data.data
            found.append(Packet(int(seconds * 10**9), segment.sport, segment.dport))
        return found


def started(bench: Bench, server_port: int, output: Path) -> subprocess.Popen:
    """A tcpdump that is listening. It runs where the server does, and only while the processor is idle."""
    command = ["chrt", "--idle", "0", "tcpdump", "-i", "lo", "-n", "-w", "-", "-s", str(SNAPSHOT_BYTES), "-B",
               str(BUFFER_KIB), "--time-stamp-precision=nano", f"tcp port {server_port} and {WITH_PAYLOAD}"]
    with output.open("wb") as stream:
        process = bench.start(command, bench.server_cpu, stdout=stream, stderr=subprocess.PIPE)
    said = b""
    poll = select.poll()
    poll.register(process.stderr, select.POLLIN)
    until = time.monotonic() + 10
    while b"listening on" not in said:
        more = os.read(process.stderr.fileno(), 4096) if poll.poll(max(0, until - time.monotonic()) * 1000) else b""
        if not more:
            raise PeersError(f"tcpdump cannot listen on lo: {' '.join(said.decode().split()) or 'it said nothing'}")
        said += more
    return process


@contextmanager
def capturing(bench: Bench, server_port: int) -> Iterator[Capture]:
    """Captures what passes the loopback interface to and from a port of the server while in the `with`."""
    if not importlib.util.find_spec("dpkt"):
        raise PeersError("python3-dpkt is not installed; scripts/install-packages peers installs it")
    file = bench.folder / "packets.pcap"
    process = started(bench, server_port, file)
    capture = Capture()
    yield capture
    time.sleep(DELIVERY_S)
    bench.stop(process, signal.SIGINT)
    said = process.stderr.read().decode()
    process.stderr.close()
    dropped = re.search(r"(\d+) packets dropped by kernel", said)
    if not dropped or int(dropped[1]) > 0:
        raise PeersError(f"tcpdump lost packets, so they prove nothing: {said.strip().splitlines()[-1]}")
    capture.packets += read_packets(file)
    file.unlink()
