// Calls a URL: over connections that are kept, or over a fresh one for every operation.

#include <fmt/format.h>
#include <strings.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <mutex>
#include <optional>

#include "bench/base/errors.hpp"
#include "bench/base/secrets.hpp"
#include "bench/base/split.hpp"
#include "bench/model/workload.hpp"
#include "bench/model/workload_entry.hpp"
#include "workloads/http/clients.hpp"
#include "workloads/http/limits.hpp"
#include "workloads/http/server.hpp"

namespace asyncmark::http {
namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

/// A server that is there accepts sooner than this, or it could not be measured.
constexpr Duration kPreflightLimit = std::chrono::seconds(5);

std::string trimmed(const std::string& text) {
  const auto begin = text.find_first_not_of(" \t");
  return begin == std::string::npos ? ""
                                    : text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

/// What follows from other options, and would contradict them.
void check_is_ours_to_give(const std::string& name) {
  for (const auto& [own, option] : {std::pair{"Connection", "--connect"},
                                    {"Content-Length", "--body"},
                                    {"Transfer-Encoding", "--body"}})
    if (strcasecmp(name.c_str(), own) == 0)
      throw UsageError(fmt::format("--header: {} is set by {}; remove it", own, option));
}

/// Boost.Beast counts the bytes of either with a colon and blank, or the end of the line, in 16
/// bits.
constexpr std::size_t kLongestPart = 65'533;

void check_length(const std::string& part, const char* what) {
  if (part.size() > kLongestPart)
    throw UsageError(fmt::format("--header: one has a {} of {} bytes; give at most {}", what,
                                 part.size(), kLongestPart));
}

/// A header is a line. What is wrong with one is told without it, for it may be secret.
Headers parse_headers(const std::string& text) {
  Headers headers;
  for (const auto& line : lines_in(text)) {
    if (std::ranges::any_of(line, [](unsigned char c) { return std::iscntrl(c) && c != '\t'; }))
      throw UsageError("--header: contains a line break or another control character");
    const auto colon = line.find(':');
    if (colon == std::string::npos)
      throw UsageError("--header: a header has no colon; for example 'Accept: text/plain'");
    const auto name = trimmed(line.substr(0, colon));
    if (!is_token(name))
      throw UsageError(
          "--header: one has no name, or more than a name before its colon; give it as 'Accept: "
          "text/plain'");
    check_is_ours_to_give(name);
    headers.emplace_back(name, trimmed(line.substr(colon + 1)));
    check_length(headers.back().first, "name");
    check_length(headers.back().second, "value");
  }
  return headers;
}

/// As curl does, a body without a word about the method is posted.
std::string parse_method(const std::string& text, bool has_body) {
  if (text.empty()) return has_body ? "POST" : "GET";
  if (!is_token(text))
    throw UsageError(fmt::format("--method: '{}' is not a method; for example GET or POST", text));
  return text;
}

/// The text, or what is in the file that it names. Each case's process reads that anew, which a
/// pipe does not allow.
std::string read_body(const std::string& text) {
  if (!text.starts_with('@')) return text;
  const auto path = text.substr(1);
  std::error_code missing;
  if (std::filesystem::is_regular_file(path, missing)) {
    std::ifstream file(path, std::ios::binary);
    try {
      if (file) return {std::istreambuf_iterator<char>(file), {}};
    } catch (const std::ios_base::failure&) {  // Some of /proc can be opened, but not read.
    }
  }
  throw UsageError(
      fmt::format("--body: the file '{}' cannot be read, or is not a regular file", path));
}

/// What calls a server of ours is planned before that is up.
std::string url_of(const OptionValues& options) {
  const auto& url = options.text("url");
  return url.empty() ? "http://127.0.0.1/" : url;
}

constexpr std::string_view kFastApi = "fastapi-";

std::vector<std::string> fastapi_server(const OptionValues& options, const std::string& endpoint) {
  http_server::workers_of(options, "server-workers", "server");  // Throws where some are given.
  if (!options.text("server-stall").empty())
    throw UsageError("--server-stall: FastAPI has none; use --server event-loop or thread-pool");
  return {"fastapi", "--endpoint", endpoint, "--delay", exact_text(options.duration("delay"))};
}

/// How our own server is started, where no other is named.
std::optional<std::vector<std::string>> own_server(const OptionValues& options) {
  constexpr std::array kOfOurs{"server", "delay", "server-workers", "server-stall"};
  if (!options.text("url").empty()) {
    for (const auto& spec : options.specs())
      if (std::ranges::find(kOfOurs, spec.name) != kOfOurs.end() &&
          options.print(spec.name) != spec.print(spec.otherwise))
        throw UsageError(
            fmt::format("--{}: is for the built-in server; remove it, or --url", spec.name));
    return std::nullopt;
  }
  const auto& server = options.text("server");
  if (server.starts_with(kFastApi)) return fastapi_server(options, server.substr(kFastApi.size()));
  std::vector<std::string> words{"http", "--model", server, "--delay",
                                 exact_text(options.duration("delay"))};
  if (const auto workers = http_server::workers_of(options, "server-workers", "server"))
    words.insert(words.end(), {"--workers", std::to_string(*workers)});
  if (const auto& stall = options.text("server-stall"); !stall.empty()) {
    Stall::parse(stall, "--server-stall");
    words.insert(words.end(), {"--stall", stall});
  }
  return words;
}

class Http final : public Workload {
 public:
  explicit Http(const OptionValues& options)
      : settings_{.url = Url::parse(url_of(options)),
                  .method = parse_method(options.text("method"), !options.text("body").empty()),
                  .body = read_body(options.text("body")),
                  .headers = parse_headers(options.text("header")),
                  .tls = {.ca = options.text("ca"), .insecure = options.flag("insecure")}},
        by_httplib_(options.text("client") == "httplib"),
        remote_(options.flag("allow-remote")) {
    if (options.text("server") == "thread-pool")
      own_workers_ = http_server::workers_of(options, "server-workers", "server")
                         .value_or(http_server::kUsualWorkers);
    plan_.timeout = options.duration("timeout");
    if (plan_.timeout <= Duration(0)) throw UsageError("--timeout: must be more than 0");
    if (!settings_.url.tls && (settings_.tls.insecure || !settings_.tls.ca.empty()))
      throw UsageError("--ca, --insecure: need an https URL");
    plan_.call.keep_alive = options.text("connect") == "pooled";
    plan_.call.expect = ExpectedStatus::parse(options.text("expect"));
    plan_.call.has_body = settings_.method != "HEAD";
    plan_.call.request = request_text(settings_.url, settings_.method, settings_.body,
                                      settings_.headers, plan_.call.keep_alive);
  }

  void prepare(std::uint64_t sessions) const override {
    check_own_workers(sessions);
    make_room_for(sessions);
    make_tls();
    first_that_answers(resolve(settings_.url, remote_), std::min(plan_.timeout, kPreflightLimit));
  }

  std::unique_ptr<BlockingSession> open_blocking() const override {
    const auto& plan = looked_up();
    return by_httplib_ ? open_httplib_client(plan, settings_) : open_blocking_client(plan);
  }

  Async<std::unique_ptr<AsyncSession>> open_async(EventLoop& loop) const override {
    if (by_httplib_) co_return co_await Workload::open_async(loop);
    co_return co_await open_loop_client(looked_up(), loop);
  }

  bool holds_the_loop() const override { return by_httplib_; }

 private:
  TlsContext make_tls() const {
    return settings_.url.tls ? make_tls_context(settings_.tls) : TlsContext{nullptr, SSL_CTX_free};
  }

  /// A worker keeps the connection that it serves, so who comes when all have one is never served.
  void check_own_workers(std::uint64_t sessions) const {
    if (plan_.call.keep_alive && own_workers_ && sessions > *own_workers_)
      throw UsageError(fmt::format(
          "--server-workers: {} threads serve as many open connections, and up to {} are needed; "
          "give --server-workers {}, a lower --in-flight, or --connect per-op",
          *own_workers_, sessions, sessions));
  }

  /// The plan with its endpoint, which is looked up with the first session: before any timing, but
  /// not for a workload that is only asked for its cost.
  const Plan& looked_up() const {
    const std::scoped_lock lock(mutex_);
    if (plan_.endpoint.address.size != 0) return plan_;
    try {
      const auto addresses = resolve(settings_.url, remote_);
      plan_.endpoint.host = settings_.url.host;
      plan_.endpoint.tls = make_tls();
      plan_.endpoint.address =
          addresses.size() == 1
              ? addresses.front()
              : first_that_answers(addresses, std::min(plan_.timeout, kPreflightLimit));
    } catch (const UsageError& error) {
      throw CaseError(error.what());
    }
    return plan_;
  }

  RequestSettings settings_;
  bool by_httplib_;
  bool remote_;
  std::optional<std::uint64_t> own_workers_;  ///< Of our own server, where it has a pool.
  mutable std::mutex mutex_;
  mutable Plan plan_;
};

OptionSpec header_option() {
  auto option = text_option("header", "", "request header, repeatable; credentials are hidden");
  option.placeholder = "'NAME: VALUE'";
  option.adds_up = true;
  option.shown = shown_headers;
  return option;
}

OptionSpec body_option() {
  auto option = text_option("body", "", "request body");
  option.placeholder = "TEXT|@FILE";
  option.hidden_by = "hide-body";
  return option;
}

OptionSpec client_option() {
  auto option = choice_option(
      "client", {"beast", "httplib"},
      "HTTP client: beast, or httplib (cpp-httplib), which blocks its thread and applies --timeout "
      "to each step");
  option.placeholder = "NAME";
  option.is_client = true;
  return option;
}

const bool registered = Registry<WorkloadEntry>::add({
    .name = "http",
    .summary = "calls a URL: your service, or a built-in server",
    .options =
        {
            url_option("URL to call (default: a built-in server)"),
            with_placeholder(choice_option("server",
                                           {"event-loop", "thread-pool", "fastapi-await",
                                            "fastapi-threads", "fastapi-blocking"},
                                           "built-in server, or a FastAPI endpoint"),
                             "MODEL"),
            duration_option("delay", Duration(0), "delay of its responses"),
            count_option("server-workers", 1, "threads of that server (default: 32)"),
            with_placeholder(
                text_option("server-stall", "", "stop that server at every N-th request"),
                "DURATION@N"),
            with_placeholder(
                text_option("method", "", "HTTP method (default: GET, or POST with --body)"),
                "METHOD"),
            body_option(),
            flag_option("hide-body", "do not show the body in results"),
            header_option(),
            with_placeholder(
                choice_option("connect", {"pooled", "per-op"},
                              "pooled: keep connections, made before the timed part; per-op: a new "
                              "connection for each operation"),
                "MODE"),
            minor(
                duration_option("timeout", std::chrono::seconds(10), "time limit of an operation")),
            minor(with_placeholder(text_option("expect", "2xx", "status of success"), "STATUS")),
            flag_option("allow-remote", "allow a URL that is not on this machine"),
            with_placeholder(text_option("ca", "", "trust the certificates of this PEM file only"),
                             "FILE"),
            flag_option("insecure", "accept any certificate"),
            client_option(),
        },
    .make = [](const OptionValues& options,
               std::uint64_t) { return std::make_unique<Http>(options); },
    .service = own_server,
    .address_option = "url",
    .local_addresses = [](const OptionValues& options) -> std::vector<sockaddr_storage> {
      const auto& url = options.text("url");
      if (url.empty()) return {};
      return addresses_on_this_machine(url);
    },
    .examples =
        {
            {"Which model suits this endpoint?",
             "--url http://127.0.0.1:8080/ --ops 1000 --in-flight 32"},
            {"How many connections does it need?",
             "--url http://127.0.0.1:8080/ --ops 1000 --in-flight 1,8,64"},
            {"Which request rate keeps p99 below 50 ms?",
             "--url http://127.0.0.1:8080/ --duration 10s \\\n      --rate 100,200,400 --slo "
             "p99=50ms"},
            {"Post a JSON file.",
             "--url http://127.0.0.1:8080/ --body @order.json \\\n      --header 'Content-Type: "
             "application/json'"},
            {"Without your own server: a delay of 46 ms per response.", "--delay 46ms"},
        },
});

}  // namespace
}  // namespace asyncmark::http
