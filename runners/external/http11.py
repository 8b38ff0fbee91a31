"""The workload http: the request, the framing of answers (docs/http.md), and a connection of a thread."""
import re
import select
import socket
import sys

from adapter import BLOCKING, PAUSE, Failed, Refused, now, seconds_until

LONGEST_HEADER = 256 * 1024
LONGEST_BODY = 1 << 62

BEGIN = b"HTTP/1."
STATUS = re.compile(rb"HTTP/1\.([0-9]) ([1-9][0-9][0-9])(?: .*)?", re.S)
NAME = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
SIZE = re.compile(rb"([0-9A-Fa-f]+)[ \t]*(?:;.*)?", re.S)


def entries(value):
    return [entry.strip(b" \t").lower() for entry in value.split(b",")]


class Answer:
    """Reads an answer from pieces of any size, and throws its body away."""

    def __init__(self, has_body=True):
        self.has_body, self.rest, self.at, self.any = has_body, b"", 0, False
        self.begin()

    def begin(self):
        self.part, self.size, self.left = self.read_status, 0, 0
        self.status, self.minor = 0, 0
        self.length, self.codings, self.options = None, [], []
        self.field = None  # Name and value, which may go on in the next line.

    def feed(self, piece):
        """Whether the answer is complete. What follows it is then in `rest`, from `at` on."""
        self.any = True
        self.rest = self.rest[self.at:] + piece
        self.at = 0
        while self.part is not None and self.part():
            pass
        return self.part is None

    def end(self):
        """The connection ended: an answer without a length is complete by that."""
        if self.part != self.read_to_end:
            raise Failed("truncated" if self.any else "closed early")

    @property
    def has_excess(self):
        return self.at < len(self.rest)

    @property
    def keeps(self):
        """Whether the server leaves the connection open."""
        framed = self.part is None and self.status != 101
        return framed and b"close" not in self.options and (self.minor > 0 or b"keep-alive" in self.options)

    @staticmethod
    def refuse_unless(good):
        if not good:
            raise Failed("bad framing")

    def line(self):
        """The next line without its end; None where it is not whole yet."""
        end = self.rest.find(b"\n", self.at)
        whole = end >= 0
        if self.size + (end + 1 if whole else len(self.rest)) - self.at > LONGEST_HEADER:
            raise Failed("bad framing" if self.part == self.read_chunk_size else "header > 256KiB")
        if self.part == self.read_status:
            self.refuse_unless(BEGIN.startswith(self.rest[self.at:self.at + len(BEGIN)]))
        if not whole:
            return None
        line = self.rest[self.at:end]
        self.size += end + 1 - self.at
        self.at = end + 1
        if line.endswith(b"\r"):
            line = line[:-1]
        self.refuse_unless(b"\r" not in line and b"\0" not in line)
        return line

    def read_status(self):
        line = self.line()
        if line is None:
            return False
        match = STATUS.fullmatch(line)
        self.refuse_unless(match)
        self.minor, self.status = int(match[1]), int(match[2])
        self.part = self.read_field
        return True

    def read_field(self):
        line = self.line()
        if line is None:
            return False
        if line[:1] in (b" ", b"\t"):  # It goes on from the line before.
            self.refuse_unless(self.field)
            self.field = (self.field[0], self.field[1] + b" " + line.strip(b" \t"))
            return True
        self.end_field()
        if not line:
            self.end_header()
            return True
        name, colon, value = line.partition(b":")
        self.refuse_unless(colon and NAME.fullmatch(name))
        self.field = (name.lower(), value.strip(b" \t"))
        return True

    def end_field(self):
        name, value = self.field or (b"", b"")
        if name == b"content-length":
            for text in entries(value):
                self.refuse_unless(text.isdigit() and len(text.lstrip(b"0")) < 20)
                length = int(text)
                self.refuse_unless(length <= LONGEST_BODY and self.length in (None, length))
                self.length = length
        elif name == b"transfer-encoding":
            for coding in entries(value):
                if coding not in (b"", b"identity"):
                    self.refuse_unless(b"chunked" not in self.codings)  # It is the last one.
                    self.codings.append(coding)
        elif name == b"connection":
            self.options += entries(value)

    def end_header(self):
        self.refuse_unless(not self.codings or self.length is None)
        if self.status < 200 and self.status != 101:  # The answer is yet to come.
            return self.begin()
        self.size = 0
        if not self.has_body or self.status in (101, 204, 304):
            self.part = None
        elif b"chunked" in self.codings:
            self.part = self.read_chunk_size
        elif self.codings or self.length is None:
            self.part = self.read_to_end
        else:
            self.part, self.left = self.read_body, self.length

    def skip(self):
        here = min(self.left, len(self.rest) - self.at)
        self.at += here
        self.left -= here
        return self.left == 0

    def read_body(self):
        if not self.skip():
            return False
        self.part = None
        return True

    def read_to_end(self):
        self.at = len(self.rest)
        return False

    def read_chunk_size(self):
        line = self.line()
        if line is None:
            return False
        match = SIZE.fullmatch(line)
        self.refuse_unless(match)
        self.left = int(match[1], 16)
        self.refuse_unless(self.left <= LONGEST_BODY)
        self.size, self.part = 0, self.read_chunk if self.left else self.read_trailer
        return True

    def read_chunk(self):
        if not self.skip():
            return False
        self.part = self.read_chunk_end
        return True

    def read_chunk_end(self):
        line = self.line()
        if line is None:
            return False
        self.refuse_unless(not line)
        self.size, self.part = 0, self.read_chunk_size
        return True

    def read_trailer(self):
        line = self.line()
        if line is None:
            return False
        if not line:
            self.part = None
        return True


class Request:
    """What every operation sends, and where."""

    def __init__(self, case):
        options = case.options
        case.needs_default(client="beast", insecure=False, ca="")
        self.url = case.endpoint or options["url"]
        match = re.fullmatch(r"http://(\[[^\]]*\]|[^:/?]*)(?::(\d+))?([/?].*)?", self.url, re.S | re.I)
        if match is None:
            raise Refused(f"{case.runner} calls http only")
        self.port = int(match[2] or 80)
        self.target = ("" if (match[3] or "").startswith("/") else "/") + (match[3] or "")
        try:
            self.addresses = socket.getaddrinfo(match[1].strip("[]"), self.port, type=socket.SOCK_STREAM)
        except socket.gaierror as error:
            raise Refused(f"--url: the host '{match[1]}' is not known: {error.strerror}")
        self.body = self.body_of(options.get("body", ""))
        self.method = options.get("method") or ("POST" if self.body else "GET")
        self.has_body = self.method != "HEAD"  # Its answer.
        self.kept = options.get("connect", "pooled") == "pooled"
        self.timeout_ns = options.get("timeout_ns", 10_000_000_000)
        expect = options.get("expect", "2xx")
        self.least, self.most = int(expect.replace("xx", "00")), int(expect.replace("xx", "99"))
        given = [line.partition(":") for line in options.get("header", "").split("\n") if line]
        self.headers = [(name.strip(" \t"), value.strip(" \t")) for name, _, value in given]
        host = match[1] if self.port == 80 else f"{match[1]}:{self.port}"
        self.text = self.text_of([("Host", host), ("User-Agent", "asyncmark")])
        self.reopened = 0  # Connections, by all operations.

    @staticmethod
    def body_of(text):
        if not text.startswith("@"):
            return text.encode()
        with open(text[1:], "rb") as file:
            return file.read()

    def text_of(self, own):
        if not self.kept:
            own.append(("Connection", "close"))
        if self.body or self.method in ("OPTIONS", "POST", "PUT"):
            own.append(("Content-Length", str(len(self.body))))
        names = {name.lower() for name, _ in self.headers}
        lines = [f"{self.method} {self.target} HTTP/1.1"]
        lines += [f"{name}: {value}" for name, value in own if name.lower() not in names]
        lines += [f"{name}: {value}" for name, value in self.headers]
        return "\r\n".join(lines + ["", ""]).encode() + self.body

    def judge(self, status):
        if not self.least <= status <= self.most:
            raise Failed(f"bad status {status}")


class Client:
    """Requests and answers in a thread, over one connection that is made where there is none."""

    def __init__(self, case):
        self.request, self.socket, self.poll, self.idle_since = Request(case), None, None, 0

    def __call__(self, op):
        request, keeps = self.request, False
        until = now() + request.timeout_ns
        try:
            if self.socket is not None and now() - self.idle_since > PAUSE and not self.stands():
                self.close()
                request.reopened += 1
            if self.socket is None:
                self.connect(until)
            status, keeps = self.ask(until)
        finally:
            if not keeps:
                self.close()
            self.idle_since = now()
        request.judge(status)

    @property
    def reopened(self):
        return self.request.reopened

    def connect(self, until):
        for family, kind, protocol, _, address in self.request.addresses:
            self.close()
            self.socket = socket.socket(family, kind, protocol)
            self.socket.settimeout(seconds_until(until))
            try:
                self.socket.connect(address)
                break
            except OSError as error:
                failure = error
        else:
            raise failure
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.setblocking(False)
        self.poll = select.poll()
        self.poll.register(self.socket, select.POLLIN)

    def stands(self):
        """Neither closed by the server, nor with bytes that no request is waiting for."""
        try:
            self.socket.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return True
        except OSError:
            pass
        return False

    def ask(self, until):
        """The status, and whether the connection stays."""
        answer, unsent, broken = Answer(self.request.has_body), memoryview(self.request.text), None
        while True:
            while unsent and broken is None:
                try:
                    unsent = unsent[self.socket.send(unsent):]
                except BlockingIOError:
                    break
                except ConnectionError as error:
                    broken = error  # The answer may have come before.
            # A server may answer before it has read everything, and then read no more.
            self.wait(until, for_room=len(unsent) > 0 and broken is None)
            try:
                piece = self.socket.recv(1 << 16)
            except BlockingIOError:
                continue
            except ConnectionError as error:
                raise broken or error
            if piece and not answer.feed(piece):
                continue
            if not piece and broken is not None and answer.part != answer.read_to_end:
                raise broken
            if not piece:
                answer.end()
            answer.refuse_unless(not answer.has_excess)
            return answer.status, self.request.kept and answer.keeps and not unsent

    def wait(self, until, for_room):
        self.poll.modify(self.socket, select.POLLIN | select.POLLOUT if for_room else select.POLLIN)
        if not self.poll.poll(seconds_until(until) * 1000):
            raise TimeoutError

    def close(self):
        if self.socket is not None:
            self.socket.close()
            self.socket = None


BLOCKING["http"] = Client

# As adapter.py: carried in one text with it.
sys.modules.setdefault("http11", sys.modules[__name__])
