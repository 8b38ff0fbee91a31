"""An HTTP server that counts for itself, as a judge of what its clients say of it.

  counting_server.py LOG [NAME=VALUE...]

Prints its port. Ends on SIGTERM and writes to LOG, in JSON, when each request arrived and when each success was
handed to the kernel (ns of the monotonic clock), and how many seconds a request held its place on average.

  delay=MS       how long each answer waits         exponential=1  that is the mean of an exponential distribution
  serial=1       one request at a time              leak=MS        each answer waits so much longer than the one before
  width=N        N requests at a time               block=1        waits without letting others run
  cpu=MS         computes so long, before the delay
  late=N:MS      only the Nth answer waits so long  stall=N:MS     at the Nth request it answers none for so long
  hang=N         every Nth request is not answered  status=503     of every answer
  leave=S        so many seconds after the first request it closes everything and answers no more
"""
import asyncio
import json
import random
import signal
import sys
import time


def pair(text):
    number, value = text.split(":")
    return int(number), float(value) / 1000


class Server:
    def __init__(self, options):
        self.delay = float(options.get("delay", 0)) / 1000
        self.exponential = "exponential" in options
        self.leak = float(options.get("leak", 0)) / 1000
        self.late = pair(options.get("late", "-1:0"))
        self.stall = pair(options.get("stall", "-1:0"))
        self.hang = int(options.get("hang", 0))
        self.status = options.get("status", "200")
        self.leave = float(options.get("leave", 0))
        self.cpu = float(options.get("cpu", 0)) / 1000
        self.block = "block" in options
        width = 1 if "serial" in options else int(options.get("width", 1 << 30))
        self.places = asyncio.Semaphore(width)
        self.held = 0.0
        self.random = random.Random(1)
        self.requests, self.arrived, self.succeeded, self.writers = 0, [], [], set()
        self.gone = False

    async def answer(self, number):
        delay = self.random.expovariate(1 / self.delay) if self.exponential else self.delay + self.leak * number
        if number == self.late[0]:
            delay = self.late[1]
        if number == self.stall[0]:
            time.sleep(self.stall[1])
        if self.hang and number % self.hang == self.hang - 1:
            await asyncio.sleep(3600)
        async with self.places:
            begun = time.monotonic()
            await self.work(delay)
            self.held += time.monotonic() - begun

    async def work(self, delay):
        until = time.thread_time() + self.cpu
        while self.cpu and time.thread_time() < until:
            pass
        if self.block:
            time.sleep(delay)
        elif delay > 0:
            await asyncio.sleep(delay)

    async def serve(self, reader, writer):
        self.writers.add(writer)
        try:
            while not self.gone:
                await reader.readuntil(b"\r\n\r\n")
                number = self.requests
                self.requests += 1
                self.arrived.append(time.monotonic_ns())
                if number == 0 and self.leave:
                    asyncio.get_running_loop().call_later(self.leave, self.close)
                await self.answer(number)
                if self.gone:
                    return
                writer.write(f"HTTP/1.1 {self.status} Status\r\nContent-Length: 2\r\n\r\nok".encode())
                if self.status == "200":
                    self.succeeded.append(time.monotonic_ns())
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self.writers.discard(writer)
            writer.close()

    def close(self):
        self.gone = True
        self.listening.close()
        for writer in list(self.writers):
            writer.transport.abort()

    async def run(self, log):
        self.listening = await asyncio.start_server(self.serve, "127.0.0.1", 0, backlog=4096)
        print(self.listening.sockets[0].getsockname()[1], flush=True)
        ended = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
        await ended.wait()
        with open(log, "w") as file:
            json.dump({"arrived": self.arrived, "succeeded": self.succeeded,
                       "held_s": self.held / max(1, self.requests)}, file)


if __name__ == "__main__":
    async def main():
        await Server(dict(argument.split("=", 1) for argument in sys.argv[2:])).run(sys.argv[1])
    asyncio.run(main())
