// Servers of other projects: every runner gets all its answers from them.

#include <arpa/inet.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "bench/model/runner.hpp"
#include "bench/model/runner_entry.hpp"
#include "bench/os/spawn.hpp"
#include "bench/testing/run_program.hpp"
#include "workloads/http/testing/calls.hpp"

namespace asyncmark::http::testing::foreign_servers_test {
namespace {

namespace fs = std::filesystem;
using ::asyncmark::testing::eventually;
using ::testing::IsEmpty;
using ::testing::ValuesIn;

constexpr std::uint64_t kOps = 1000;

/// A folder with a page in it, removed at the end.
class Site {
 public:
  Site() {
    auto path = (fs::temp_directory_path() / "asyncmark-site-XXXXXX").string();
    if (!mkdtemp(path.data())) throw std::runtime_error("no temporary folder");
    folder_ = path;
    std::ofstream(folder_ / "page.txt") << std::string(1000, 'x');
    // A server that root starts reads it as another user.
    fs::permissions(folder_, fs::perms::others_exec | fs::perms::others_read,
                    fs::perm_options::add);
  }
  ~Site() { fs::remove_all(folder_); }
  Site(const Site&) = delete;
  Site& operator=(const Site&) = delete;

  const fs::path& folder() const { return folder_; }

 private:
  fs::path folder_;
};

/// That was free a moment ago.
std::uint16_t free_port() {
  const Descriptor any(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const plain = reinterpret_cast<sockaddr*>(&address);
  if (bind(any.get(), plain, size) != 0 || getsockname(any.get(), plain, &size) != 0)
    throw std::runtime_error("no port");
  return ntohs(address.sin_port);
}

std::string page(unsigned port) { return fmt::format("http://127.0.0.1:{}/page.txt", port); }

/// A server of another project, which ends with this.
class ForeignServer {
 public:
  const std::string& url() const { return url_; }

 protected:
  const fs::path& folder() const { return site_.folder(); }

  Site site_;
  Process process_;
  std::string url_;
};

class Nginx : public ForeignServer {
 public:
  /// `setting` goes into its server block.
  explicit Nginx(const std::string& setting) {
    const auto port = free_port();
    url_ = page(port);
    const auto file = folder() / "nginx.conf";
    std::ofstream(file) << fmt::format(
        R"(daemon off; master_process off; pid {0}/pid; error_log {0}/error.log;
           events {{ worker_connections 200; }}
           http {{ access_log off; client_body_temp_path {0}/body; proxy_temp_path {0}/proxy;
                   fastcgi_temp_path {0}/fastcgi; uwsgi_temp_path {0}/uwsgi;
                   scgi_temp_path {0}/scgi;
                   server {{ listen 127.0.0.1:{1}; root {0}; {2} }} }})",
        folder().string(), port, setting);
    // Debian has it where only root looks.
    process_ = spawn(
        {"sh", "-c", R"(PATH=$PATH:/usr/sbin exec nginx -e "$0/error.log" -c "$0/nginx.conf")",
         folder().string()},
        {}, "nginx");
    if (!eventually([&] { return answers(); })) throw std::runtime_error("nginx does not answer");
  }

 private:
  bool answers() const try {
    make_http({{"url", url_}})->prepare(1);
    return true;
  } catch (const std::exception&) {
    return false;
  }
};

class PythonServer : public ForeignServer {
 public:
  PythonServer() {
    auto pipe = Pipe::open("python3");
    process_ = spawn({"python3", "-u", "-m", "http.server", "0", "--bind", "127.0.0.1",
                      "--directory", folder().string()},
                     {{pipe.write.get(), STDOUT_FILENO}, {quiet_.get(), STDERR_FILENO}}, "python3");
    pipe.write.reset();
    // "Serving HTTP on 127.0.0.1 port 43210 (http://...) ..."
    std::string said;
    for (char one = 0; one != '\n' && read(pipe.read.get(), &one, 1) == 1;) said += one;
    const auto port = said.find(" port ");
    if (port == std::string::npos) throw std::runtime_error("python3 does not serve: " + said);
    url_ = page(static_cast<unsigned>(std::stoul(said.substr(port + 6))));
  }

 private:
  const Descriptor quiet_{open("/dev/null", O_WRONLY | O_CLOEXEC)};  // For its line a request.
};

class CallOfEveryRunner : public ::testing::TestWithParam<std::string> {
 protected:
  /// Carries out a thousand, and expects every answer.
  static void call(const ForeignServer& server, std::uint64_t in_flight) {
    const auto workload = make_http({{"url", server.url()}});
    workload->prepare(in_flight);
    Load load;
    load.ops = kOps;
    load.in_flight = in_flight;
    const auto& entry = runner_entry(GetParam());
    const auto measured = entry.make(OptionValues(entry.options))->run(*workload, load);
    EXPECT_EQ(measured.completed, kOps);
    EXPECT_THAT(measured.failures, IsEmpty());
  }
};

std::vector<std::string> runners() {
  std::vector<std::string> names;
  for (const auto& entry : built_in_runners()) names.push_back(entry.name);
  return names;
}

INSTANTIATE_TEST_SUITE_P(Http, CallOfEveryRunner, ValuesIn(runners()), [](const auto& one) {
  auto name = one.param;
  std::ranges::replace(name, '-', '_');
  return name;
});

TEST_P(CallOfEveryRunner, GetsAllItsAnswersFromNginx) { call(Nginx(""), 16); }

TEST_P(CallOfEveryRunner, GetsAllItsAnswersFromNginxThatClosesEachTime) {
  call(Nginx("keepalive_requests 1;"), 16);
}

TEST_P(CallOfEveryRunner, GetsAllItsAnswersFromPython) {
  // It speaks HTTP/1.0, so each operation connects anew, and lets 5 connections wait to be
  // accepted. Were more to come at once, the kernel would drop their SYNs, which are sent again
  // after a second, two and four: all would end well, but it would be that patience that is shown.
  call(PythonServer(), 5);
}

}  // namespace
}  // namespace asyncmark::http::testing::foreign_servers_test
