"""A FastAPI server on uvicorn, as articles have it: one endpoint that answers after a while."""
import asyncio
import ctypes
import os
import platform
import signal
import sys
import time

import fastapi
import uvicorn

endpoint, delay, port, parent = sys.argv[1], float(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
PR_SET_PDEATHSIG = 1
ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)  # It ends with what started it.
if os.getppid() != parent:
    sys.exit("its parent has ended already")
app = fastapi.FastAPI()

if endpoint == "await":
    @app.get("/")
    async def answer():
        await asyncio.sleep(delay)
        return {"endpoint": endpoint}
elif endpoint == "threads":
    @app.get("/")
    def answer():  # FastAPI calls this in a pool of 40 threads.
        time.sleep(delay)
        return {"endpoint": endpoint}
else:
    @app.get("/")
    async def answer():  # The mistake: it holds the event loop.
        time.sleep(delay)
        return {"endpoint": endpoint}


class Server(uvicorn.Server):
    """Tells its port and its versions once it accepts connections."""

    async def startup(self, *args, **kwargs):
        await super().startup(*args, **kwargs)
        loop = type(asyncio.get_running_loop()).__module__.split(".")[0]
        protocol = self.config.http_protocol_class.__name__
        print(self.servers[0].sockets[0].getsockname()[1],
              f"FastAPI {fastapi.__version__}, uvicorn {uvicorn.__version__} ({loop}, {protocol}), "
              f"{platform.python_implementation()} {platform.python_version()}", flush=True)


Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="warning", access_log=False)).run()
