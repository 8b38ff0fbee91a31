"""The workload postgres: what an operation asks, and how psycopg2 carries it in a thread of its own."""
import os
import re
import select
import socket
import sys
import threading
import time

from adapter import BLOCKING, LIBRARIES, NEVER, PAUSE, Failed, Refused, now

QUERY, ACCOUNT, TELLER, BRANCH, DELTA = range(5)  # What a placeholder stands for.

# As pgbench has them.
PRESETS = {
    "select1": [("SELECT 1", [])],
    "point-select": [("SELECT abalance FROM pgbench_accounts WHERE aid = $1", [ACCOUNT])],
    "tpcb-like": [
        ("BEGIN", []),
        ("UPDATE pgbench_accounts SET abalance = abalance + $1 WHERE aid = $2", [DELTA, ACCOUNT]),
        ("SELECT abalance FROM pgbench_accounts WHERE aid = $1", [ACCOUNT]),
        ("UPDATE pgbench_tellers SET tbalance = tbalance + $1 WHERE tid = $2", [DELTA, TELLER]),
        ("UPDATE pgbench_branches SET bbalance = bbalance + $1 WHERE bid = $2", [DELTA, BRANCH]),
        ("INSERT INTO pgbench_history (tid, bid, aid, delta, mtime) VALUES ($1, $2, $3, $4, "
         "CURRENT_TIMESTAMP)", [TELLER, BRANCH, ACCOUNT, DELTA]),
        ("END", [])]}

# Comments, texts in quotes or between dollars, and names, which may have a $1 that is no
# placeholder; and placeholders.
TOKENS = re.compile(r"""--[^\n]*|/\*.*?(?:\*/|\Z)|[eE]'(?:\\.|[^'\\])*'?|'[^']*'?|"[^"]*"?"""
                    r"""|\$(?P<which>\d+)|\$(?P<tag>\w*)\$.*?(?:\$(?P=tag)\$|\Z)|\w[\w$]*""", re.S)


def parts_of(sql):
    """Texts and, between them, placeholders: 0 for $1."""
    parts, done = [], 0
    for token in TOKENS.finditer(sql):
        if token["which"]:
            parts += [sql[done:token.start()], int(token["which"]) - 1]
            done = token.end()
        elif "/*" in token[0][2:] and token[0].startswith("/*"):
            raise Refused("a comment within a comment is not understood here: leave it out of --sql")
    return parts + [sql[done:]]


def uncommented(sql):
    return TOKENS.sub(lambda token: "" if token[0].startswith(("--", "/*")) else token[0], sql)


def draw(seed, query, number, rows):
    """From 1 to rows, as asyncmark's own sessions draw it."""
    whole = (1 << 64) - 1
    z = seed + (query * 8 + number + 1) * 0x9E3779B97F4A7C15 & whole
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 & whole
    z = (z ^ z >> 27) * 0x94D049BB133111EB & whole
    return (z ^ z >> 31) % rows + 1


class Statement:
    def __init__(self, sql, numbers):
        self.sql, self.numbers, self.parts = sql, numbers, parts_of(sql)

    def values(self, plan, op):
        rows = [0, 100_000 * plan.scale, 10 * plan.scale, plan.scale, 10_001]
        return [op if number == QUERY else
                draw(plan.seed, op, number, rows[number]) - (5_001 if number == DELTA else 0)
                for number in self.numbers]

    def written(self, plan, op):
        """The query with numbers in place of its placeholders."""
        if not self.numbers:
            return self.sql
        values = self.values(plan, op)
        return "".join(str(values[part]) if type(part) is int else part for part in self.parts)


class Plan:
    """What every operation of a case does."""

    SCALE = "SELECT count(*) FROM pgbench_branches"

    def __init__(self, case, modes):
        options = case.options
        self.mode, self.keep = options["mode"], options["connect"] == "pooled"
        if self.mode not in modes:
            raise Refused(f"{case.runner} does not know mode {self.mode} of postgres: "
                          f"{case.library.__name__} has {', '.join(modes)}")
        self.runner, self.timeout, self.seed, self.scale = case.runner, options["timeout_ns"], case.seed, 1
        if case.endpoint:  # What the user set for libpq is not meant for a cluster of asyncmark's.
            for name in [name for name in os.environ if name.startswith("PG")]:
                del os.environ[name]
        self.dsn = case.endpoint or options["dsn"]
        self.script = [Statement(*one) for one in self.chosen(options)]
        self.needs_scale = any(set(one.numbers) - {QUERY} for one in self.script)

    def chosen(self, options):
        preset = options.get("preset")
        if preset is None:
            sql = options["sql"]
            if not uncommented(sql).strip(" \t\r\n;"):
                raise Refused("--sql has nothing but comments")
            return [(sql, [QUERY] if len(parts_of(sql)) > 1 else [])]
        if preset == "sleep":
            return [(f"SELECT pg_sleep({options.get('wait_ns', 46_000_000) / 1e9})", [])]
        if preset not in PRESETS:
            raise Refused(f"{self.runner} does not know preset {preset} of postgres")
        return PRESETS[preset]


def one_line(error):
    return "; ".join(line.strip() for line in str(error).splitlines() if line.strip())


# ---- psycopg2: libpq, which waits with the interpreter's lock given back

class Watch(threading.Thread):
    """Ends what takes too long. A call of libpq has no limit: it ends when its socket is shut down."""

    def __init__(self, timeout):
        super().__init__(daemon=True)
        self.timeout, self.sessions = timeout, []

    def run(self):
        while True:  # What begins meanwhile is not due before this wakes up.
            due = min([now() + self.timeout, *(session.due for session in self.sessions)])
            time.sleep(max(0, due - now()) / 1e9)
            for session in self.sessions:
                session.end_if_late()


class Session:
    def __init__(self, case, plan):
        self.psycopg2, self.case, self.plan, self.connection = case.library, case, plan, None
        self.lock, self.due, self.late = threading.Lock(), NEVER, False
        self.idle_since, self.reopened = 0, 0

    def open(self):
        """Before the clock starts."""
        if self.case.watch is None:
            self.case.watch = Watch(self.plan.timeout)
            self.case.watch.start()
        self.case.watch.sessions.append(self)
        if self.plan.keep:
            try:
                self.connect()
            except self.psycopg2.Error as error:
                raise Refused(f"no connection to the server: {one_line(error)}")

    def connect(self):
        # libpq counts whole seconds here, and two are the least.
        limit = max(2, -(-self.plan.timeout // 1_000_000_000))
        self.connection = self.psycopg2.connect(self.plan.dsn, connect_timeout=limit,
                                                fallback_application_name="asyncmark")
        self.connection.autocommit = True  # No BEGIN of its own.
        self.idle_since = now()

    def __call__(self, op):
        reason = None
        with self.lock:
            self.due, self.late = now() + self.plan.timeout, False
        try:
            if self.connection is not None and now() - self.idle_since > PAUSE and not self.stands():
                self.connection.close()
                self.connection = None
                self.reopened += 1
            if self.connection is None:
                self.connect()
            if not self.late:
                reason = self.ask(op)
        except self.psycopg2.Error as error:
            reason = self.reason_of(error)
        with self.lock:
            self.due = NEVER
        self.idle_since = now()
        if self.late:
            reason = "time-out"
        if self.connection is not None and (
                reason in ("closed", "time-out") or self.connection.closed or not self.plan.keep):
            self.connection.close()
            self.connection = None
        if reason:
            raise Failed(reason)

    def stands(self):
        """Whether the server has not closed the connection. A remark of its own may have come."""
        readable = select.poll()
        readable.register(self.connection.fileno(), select.POLLIN)
        try:
            while readable.poll(0):
                self.connection.poll()
        except self.psycopg2.Error:
            return False
        return True

    def ask(self, op):
        reason = None
        try:
            for statement in self.plan.script:
                with self.connection.cursor() as cursor:
                    cursor.execute(statement.written(self.plan, op))
                    if cursor.description is not None:
                        cursor.fetchall()
        except self.psycopg2.Error as error:
            reason = self.reason_of(error)
        if not self.connection.closed and self.connection.get_transaction_status() != 0:
            with self.connection.cursor() as cursor:
                cursor.execute("ROLLBACK")
            reason = reason or "not ended"
        return reason

    def reason_of(self, error):
        if error.pgcode:
            return error.pgcode
        if self.connection is not None:
            # The server said nothing: libpq did, of a connection that is lost.
            lost = self.connection.closed or type(error) in (self.psycopg2.DatabaseError,
                                                             self.psycopg2.OperationalError)
            return "closed" if lost else type(error).__name__
        known = {"refused": "refused", "No such file": "refused", "timeout expired": "time-out",
                 "closed the connection": "closed", "reset by peer": "reset"}
        return next((reason for words, reason in known.items() if words in str(error)), "no connection")

    def end_if_late(self):
        with self.lock:
            if self.due > now():
                return
            self.due, self.late = NEVER, True
            if self.connection is None or self.connection.closed:
                return
            with socket.socket(fileno=os.dup(self.connection.fileno())) as theirs:
                theirs.shutdown(socket.SHUT_RDWR)


def ask_scale(case, plan):
    psycopg2 = case.library
    try:
        connection = psycopg2.connect(plan.dsn)
        with connection.cursor() as cursor:
            cursor.execute(Plan.SCALE)
            plan.scale = cursor.fetchone()[0]
        connection.close()
    except psycopg2.Error as error:
        raise Refused(one_line(error))


def open_postgres(case):
    if case.plan is None:
        case.plan = Plan(case, ["simple"])
        if case.plan.needs_scale:
            ask_scale(case, case.plan)
        case.facts["client"] = (f"psycopg2 {case.library.__version__.split()[0]}, libpq "
                                f"{case.library.extensions.libpq_version() // 10000}, by execute() and "
                                "fetchall(), in autocommit")
    return Session(case, case.plan)


BLOCKING["postgres"] = open_postgres
LIBRARIES["postgres"] = "psycopg2"

# As adapter.py: carried in one text with it.
sys.modules.setdefault("postgres", sys.modules[__name__])
