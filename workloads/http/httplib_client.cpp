// cpp-httplib, the client that many would write, with the delay of Nagle switched off.

#include <fmt/format.h>
#include <httplib.h>

#include <csignal>

#include "bench/engine/window.hpp"
#include "workloads/http/clients.hpp"
#include "workloads/http/failures.hpp"

namespace asyncmark::http {
namespace {

/// A name that stands for the address of the server.
constexpr const char* kSomeAddress = "address";

/// It keeps the reason of a failed read or write to itself, but for the time that this took.
FailureReason reason_of(httplib::Error error, bool late) {
  switch (error) {
    case httplib::Error::ConnectionTimeout:
      return failures::kTimeOut;
    case httplib::Error::Connection:
      return late ? failures::kTimeOut : FailureReason("no connection");
    case httplib::Error::SSLConnection:
    case httplib::Error::SSLLoadingCerts:
      return failures::kTls;
    case httplib::Error::SSLServerVerification:
      return failures::kBadCertificate;
    case httplib::Error::Write:
      return late ? failures::kTimeOut : FailureReason("write failed");
    default:
      return late ? failures::kTimeOut : FailureReason("read failed");
  }
}

class HttplibClient final : public BlockingSession {
 public:
  HttplibClient(const Plan& plan, const RequestSettings& settings)
      : plan_(plan), client_(server(settings.url)) {
    // It writes to sockets that the other side has closed, and the signal would end the process.
    std::signal(SIGPIPE, SIG_IGN);
    client_.set_tcp_nodelay(true);
    client_.set_socket_options([this](int) { connects_ = true; });
    client_.set_keep_alive(plan.call.keep_alive);
    client_.set_hostname_addr_map({{settings.url.host, plan.endpoint.address.host()},
                                   {kSomeAddress, plan.endpoint.address.host()}});
    client_.set_url_encode(false);  // It is, and what is encoded twice means something else.
    client_.set_connection_timeout(plan.timeout);
    client_.set_read_timeout(plan.timeout);
    client_.set_write_timeout(plan.timeout);
    client_.enable_server_certificate_verification(!settings.tls.insecure);
    if (!settings.tls.ca.empty()) client_.set_ca_cert_path(settings.tls.ca.c_str());
    request_.method = settings.method;
    request_.path = settings.url.target;
    request_.body = settings.body;
    for (const auto& [name, value] : settings.headers) request_.headers.emplace(name, value);
    // It would leave out the brackets of an IPv6 address.
    if (!request_.has_header("Host")) request_.headers.emplace("Host", settings.url.authority());
    // Bodies are thrown away, as the other clients do, and one that never ends is given up.
    request_.content_receiver = [this](const char*, std::size_t, std::uint64_t, std::uint64_t) {
      return Clock::now() - begun_ < plan_.timeout;
    };
  }

  Outcome call(std::uint64_t) override {
    begun_ = Clock::now();
    connects_ = false;
    const auto answer = client_.send(request_);
    if (connects_) count_connection(answer.error());
    stands_ = answer && plan_.call.keep_alive && answer->version != "HTTP/1.0" &&
              answer->get_header_value("Connection") != "close";
    if (!answer) {
      client_.stop();  // It would read what is left of this answer as its next.
      return Outcome::failed(reason_of(answer.error(), Clock::now() - begun_ >= plan_.timeout));
    }
    if (!plan_.call.expect.holds(answer->status))
      return Outcome::failed(failures::bad_status(answer->status));
    return {};
  }

 private:
  /// Its own parser takes no IPv6 address with letters.
  static std::string server(const Url& url) {
    if (url.tls) return "https://" + url.authority();
    const bool is_v6 = url.host.find(':') != std::string::npos;
    return "http://" + (is_v6 ? fmt::format("{}:{}", kSomeAddress, url.port) : url.authority());
  }

  void count_connection(httplib::Error error) const {
    if (stands_) ++window().connections_reopened;
    ++window().connections_tried;
    switch (error) {
      case httplib::Error::Connection:
      case httplib::Error::ConnectionTimeout:
      case httplib::Error::SSLConnection:
      case httplib::Error::SSLLoadingCerts:
      case httplib::Error::SSLServerVerification:
        return;
      default:
        ++window().connections_made;
    }
  }

  const Plan& plan_;
  httplib::Client client_;
  httplib::Request request_;
  Clock::time_point begun_{};
  bool connects_ = false;  ///< In the current call.
  bool stands_ = false;    ///< The connection of the last call, as far as that told.
};

}  // namespace

std::unique_ptr<BlockingSession> open_httplib_client(const Plan& plan,
                                                     const RequestSettings& settings) {
  return std::make_unique<HttplibClient>(plan, settings);
}

}  // namespace asyncmark::http
