// The workload http: what an operation sends, and how its answer is framed (docs/http.md), over a
// socket of node:net.
"use strict";
const net = require("node:net");

const kLongestHeader = 256 * 1024;
const kLongestBody = 2 ** 62;
const kStatus = /^HTTP\/1\.([0-9]) ([1-9][0-9][0-9])(?: .*)?$/s;
const kName = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const kChunkSize = /^([0-9A-Fa-f]+)[ \t]*(?:;.*)?$/s;
const kNothing = Buffer.alloc(0);

const trimmed = (text) => text.replace(/^[ \t]+|[ \t]+$/g, "");
const entries = (value) => value.split(",").map((entry) => trimmed(entry).toLowerCase());

// Reads an answer from pieces of any size, and throws its body away.
class Answer {
  constructor(hasBody) {
    Object.assign(this, { hasBody, rest: kNothing, at: 0, any: false });
    this.begin();
  }

  begin() {
    Object.assign(this, { part: this.readStatus, size: 0, left: 0, status: 0, minor: 0, length: null,
                          codings: [], options: [], field: null });
  }

  // Whether the answer is complete. What follows it is then in `rest`, from `at` on.
  feed(piece) {
    this.any = true;
    const rest = this.rest.subarray(this.at);
    this.rest = rest.length > 0 ? Buffer.concat([rest, piece]) : piece;
    this.at = 0;
    while (this.part && this.part());
    return !this.part;
  }

  // The connection ended: an answer without a length is complete by that.
  end() {
    if (this.part !== this.readToEnd) throw new Failed(this.any ? "truncated" : "closed early");
  }

  get hasExcess() {
    return this.at < this.rest.length;
  }

  // Whether the server leaves the connection open.
  get keeps() {
    const framed = !this.part && this.status !== 101;
    return framed && !this.options.includes("close") &&
           (this.minor > 0 || this.options.includes("keep-alive"));
  }

  refuseUnless(good) {
    if (!good) throw new Failed("bad framing");
  }

  // The next line without its end; null where it is not whole yet.
  line() {
    const found = this.rest.indexOf(10, this.at);
    const end = found < 0 ? this.rest.length : found;
    if (this.size + end + (found < 0 ? 0 : 1) - this.at > kLongestHeader)
      throw new Failed(this.part === this.readChunkSize ? "bad framing" : "header > 256KiB");
    if (this.part === this.readStatus)
      this.refuseUnless("HTTP/1.".startsWith(this.rest.toString("latin1", this.at, this.at + 7)));
    if (found < 0) return null;
    let line = this.rest.toString("latin1", this.at, end);
    this.size += end + 1 - this.at;
    this.at = end + 1;
    if (line.endsWith("\r")) line = line.slice(0, -1);
    this.refuseUnless(!line.includes("\r") && !line.includes("\0"));
    return line;
  }

  readStatus() {
    const line = this.line();
    if (line === null) return false;
    const match = kStatus.exec(line);
    this.refuseUnless(match);
    [this.minor, this.status] = [Number(match[1]), Number(match[2])];
    this.part = this.readField;
    return true;
  }

  readField() {
    const line = this.line();
    if (line === null) return false;
    if (line[0] === " " || line[0] === "\t") {  // It goes on from the line before.
      this.refuseUnless(this.field);
      this.field[1] += " " + trimmed(line);
      return true;
    }
    this.endField();
    if (line === "") {
      this.endHeader();
      return true;
    }
    const colon = line.indexOf(":");
    const name = line.slice(0, Math.max(colon, 0));
    this.refuseUnless(kName.test(name));
    this.field = [name.toLowerCase(), trimmed(line.slice(colon + 1))];
    return true;
  }

  endField() {
    const [name, value] = this.field ?? ["", ""];
    if (name === "content-length") {
      for (const text of entries(value)) {
        const length = Number(text);
        this.refuseUnless(/^[0-9]+$/.test(text) && length <= kLongestBody);
        this.refuseUnless(this.length === null || this.length === length);
        this.length = length;
      }
    } else if (name === "transfer-encoding") {
      for (const coding of entries(value)) {
        if (coding === "" || coding === "identity") continue;
        this.refuseUnless(!this.codings.includes("chunked")); // It is the last one.
        this.codings.push(coding);
      }
    } else if (name === "connection") {
      this.options.push(...entries(value));
    }
  }

  endHeader() {
    this.refuseUnless(this.codings.length === 0 || this.length === null);
    if (this.status < 200 && this.status !== 101) return this.begin(); // The answer is yet to come.
    this.size = 0;
    if (!this.hasBody || [101, 204, 304].includes(this.status)) this.part = null;
    else if (this.codings.includes("chunked")) this.part = this.readChunkSize;
    else if (this.codings.length > 0 || this.length === null) this.part = this.readToEnd;
    else [this.part, this.left] = [this.readBody, this.length];
  }

  skip() {
    const here = Math.min(this.left, this.rest.length - this.at);
    this.at += here;
    this.left -= here;
    return this.left === 0;
  }

  readBody() {
    if (!this.skip()) return false;
    this.part = null;
    return true;
  }

  readToEnd() {
    this.at = this.rest.length;
    return false;
  }

  readChunkSize() {
    const line = this.line();
    if (line === null) return false;
    const match = kChunkSize.exec(line);
    this.refuseUnless(match);
    this.left = parseInt(match[1], 16);
    this.refuseUnless(this.left <= kLongestBody);
    [this.size, this.part] = [0, this.left > 0 ? this.readChunk : this.readTrailer];
    return true;
  }

  readChunk() {
    if (!this.skip()) return false;
    this.part = this.readChunkEnd;
    return true;
  }

  readChunkEnd() {
    const line = this.line();
    if (line === null) return false;
    this.refuseUnless(line === "");
    [this.size, this.part] = [0, this.readChunkSize];
    return true;
  }

  readTrailer() {
    const line = this.line();
    if (line === null) return false;
    if (line === "") this.part = null;
    return true;
  }
}

// What every operation sends, and where.
function requestOf(one) {
  needsDefault(one, { client: "beast", insecure: false, ca: "" });
  const options = one.options;
  const url = /^http:\/\/(\[[^\]]*\]|[^:/?]*)(?::(\d+))?([/?].*)?$/is.exec(one.endpoint || options.url);
  if (!url) throw new Refused("node calls http only");
  const [, name, port = "80", rest = ""] = url;
  const body = options.body?.startsWith("@") ? fs.readFileSync(options.body.slice(1))
                                             : Buffer.from(options.body ?? "");
  const method = options.method || (body.length > 0 ? "POST" : "GET");
  const kept = options.connect !== "per-op";
  const given = (options.header ?? "").split("\n").filter((line) => line !== "");
  const own = [["Host", Number(port) === 80 ? name : `${name}:${Number(port)}`],
               ["User-Agent", "asyncmark"]];
  if (!kept) own.push(["Connection", "close"]);
  if (body.length > 0 || ["OPTIONS", "POST", "PUT"].includes(method))
    own.push(["Content-Length", body.length]);
  const nameOf = (header) => trimmed(header.slice(0, header.indexOf(":")));
  const valueOf = (header) => trimmed(header.slice(header.indexOf(":") + 1));
  const names = given.map((header) => nameOf(header).toLowerCase());
  const lines = [`${method} ${rest.startsWith("/") ? "" : "/"}${rest} HTTP/1.1`,
                 ...own.filter(([key]) => !names.includes(key.toLowerCase())).map((pair) => pair.join(": ")),
                 ...given.map((header) => `${nameOf(header)}: ${valueOf(header)}`), "", ""];
  const expect = options.expect ?? "2xx";
  return { host: name.replace(/^\[|\]$/g, ""), port: Number(port), kept, hasBody: method !== "HEAD",
           text: Buffer.concat([Buffer.from(lines.join("\r\n")), body]),
           timeout: Math.min((options.timeout_ns ?? 1e10) / 1e6, kLongestTimer),
           least: Number(expect.replace("xx", "00")), most: Number(expect.replace("xx", "99")) };
}

// Operations over one connection, which is made where there is none.
class HttpClient {
  constructor(request) {
    Object.assign(this, { request, socket: null, reopened: 0, waiter: null });
  }

  connect() {
    const { host, port } = this.request;
    const socket = net.connect({ host, port, noDelay: true, autoSelectFamily: true });
    const isOurs = () => this.socket === socket;
    socket.on("data", (piece) => isOurs() && this.receive(piece));
    // Half closed is over: what is asked after that is never answered.
    socket.on("end", () => isOurs() && this.ended());
    socket.on("error", (error) => isOurs() && this.broken(error));
    socket.on("close", () => isOurs() && this.ended());
    this.socket = socket;
    this.isStale = false;
  }

  call() {
    if (this.socket && this.isStale) {
      this.close();
      ++this.reopened;
    }
    if (!this.socket) this.connect();
    this.answer = new Answer(this.request.hasBody);
    return new Promise((done, fail) => {
      this.waiter = { done, fail };
      this.timer = setTimeout(() => this.over(new Failed("time-out")), this.request.timeout);
      this.socket.write(this.request.text);
    });
  }

  receive(piece) {
    if (!this.waiter) return (this.isStale = true); // No request is waiting for it.
    this.judgeOnce(() => this.answer.feed(piece));
  }

  ended() {
    this.isStale = true;
    if (this.waiter) this.judgeOnce(() => (this.answer.end(), true));
  }

  broken(error) {
    this.isStale = true;
    if (this.waiter) this.over(error);
  }

  // `read` gives whether the answer is complete.
  judgeOnce(read) {
    try {
      if (!read()) return;
      this.answer.refuseUnless(!this.answer.hasExcess);
    } catch (error) {
      return this.over(error);
    }
    const { status } = this.answer, { least, most, kept } = this.request;
    const keeps = kept && this.answer.keeps && !this.isStale && this.socket.writableLength === 0;
    this.over(status >= least && status <= most ? null : new Failed(`bad status ${status}`), keeps);
  }

  over(error, keeps = false) {
    const { done, fail } = this.waiter;
    clearTimeout(this.timer);
    this.waiter = null;
    if (!keeps) this.close();
    error ? fail(error) : done();
  }

  close() {
    this.socket.destroy();
    this.socket = null;
  }
}

function openHttp(one) {
  const client = new HttpClient(requestOf(one));
  const call = () => client.call();
  call.reopened = () => client.reopened;
  return call;
}

