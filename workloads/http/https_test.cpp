// The same clients over TLS, with certificates made here.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <thread>

#include "bench/base/errors.hpp"
#include "workloads/http/testing/calls.hpp"
#include "workloads/http/testing/raw_server.hpp"

namespace asyncmark::http::testing::https_test {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Values;

/// A server's side with a certificate of its own signing for `name`, which is also in a file.
class SelfSigned {
 public:
  explicit SelfSigned(const char* name) {
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_EC_gen("P-256"),
                                                                  EVP_PKEY_free);
    const std::unique_ptr<X509, decltype(&X509_free)> one(X509_new(), X509_free);
    X509_set_version(one.get(), X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(one.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(one.get()), -3600);
    X509_gmtime_adj(X509_getm_notAfter(one.get()), 3600);
    X509_set_pubkey(one.get(), key.get());
    auto* const subject = X509_get_subject_name(one.get());
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>("test"), -1, -1, 0);
    X509_set_issuer_name(one.get(), subject);
    const std::unique_ptr<X509_EXTENSION, decltype(&X509_EXTENSION_free)> names(
        X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, name), X509_EXTENSION_free);
    X509_add_ext(one.get(), names.get(), -1);
    X509_sign(one.get(), key.get(), EVP_sha256());
    SSL_CTX_use_certificate(context_.get(), one.get());
    SSL_CTX_use_PrivateKey(context_.get(), key.get());
    const std::unique_ptr<FILE, decltype(&fclose)> file(fopen(file_.c_str(), "w"), fclose);
    PEM_write_X509(file.get(), one.get());
  }
  ~SelfSigned() { std::remove(file_.c_str()); }

  SSL_CTX* context() const { return context_.get(); }
  const std::string& file() const { return file_; }

 private:
  TlsContext context_{SSL_CTX_new(TLS_server_method()), SSL_CTX_free};
  std::string file_ = fmt::format("{}asyncmark_{}.pem", ::testing::TempDir(), getpid());
};

class TlsClient : public ::testing::TestWithParam<Waiting> {
 protected:
  std::vector<std::string> reasons(const RawServer& server, std::size_t times, Options more) {
    more["url"] = server.url();
    more["timeout"] = "5s";
    return reasons_of(GetParam(), more, times);
  }

  const SelfSigned address_{"IP:127.0.0.1"};
};

INSTANTIATE_TEST_SUITE_P(Http, TlsClient, Values(Waiting::blocking, Waiting::on_a_loop),
                         [](const auto& one) { return to_string(one.param); });

TEST_P(TlsClient, TrustsWhatItIsToldToTrust) {
  const RawServer server(always(answer(std::string(300'000, 'x'))), address_.context());
  EXPECT_THAT(reasons(server, 3, {{"ca", address_.file()}}), ElementsAre("", "", ""));
  EXPECT_EQ(server.connections(), 1u);
  EXPECT_THAT(reasons(server, 3, {{"ca", address_.file()}, {"connect", "per-op"}}),
              ElementsAre("", "", ""));
  EXPECT_EQ(server.connections(), 4u);
}

TEST_P(TlsClient, MakesAConnectionAnewThatWasClosedWhileItWasIdle) {
  std::atomic<bool> has_ended = false;
  const RawServer server(
      [&](Connection& connection) {
        if (connection.number() != 1) return always(answer("hello"))(connection);
        connection.read_request();
        connection.write(answer("hello"));
        has_ended = true;
      },
      address_.context());
  const Options options{{"url", server.url()}, {"ca", address_.file()}};
  for (int i = 0; i < 2; ++i) {  // The first connection stands, with the tickets of its session.
    asyncmark::testing::Caller caller(GetParam(), make_http(options));
    EXPECT_EQ(caller.call(0).failure, "");
    while (i == 1 && !has_ended) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    std::this_thread::sleep_for(std::chrono::milliseconds(40));
    EXPECT_EQ(caller.call(0).failure, "");
  }
  EXPECT_EQ(server.connections(), 3u);
}

TEST_P(TlsClient, RefusesACertificateThatNobodyVouchesFor) {
  const RawServer server(always(answer("hello")), address_.context());
  EXPECT_THAT(reasons(server, 2, {{"connect", "per-op"}}), Each("bad certificate"));
  EXPECT_THROW(reasons(server, 1, {}), CaseError);
  EXPECT_THAT(reasons(server, 2, {{"insecure", "true"}}), Each(""));
}

TEST_P(TlsClient, RefusesACertificateOfAnotherHost) {
  const SelfSigned another("DNS:localhost,IP:127.0.0.2");
  const RawServer server(always(answer("hello")), another.context());
  EXPECT_THAT(reasons(server, 2, {{"connect", "per-op"}, {"ca", another.file()}}),
              Each("bad certificate"));
}

TEST_P(TlsClient, TellsWhyAnOperationFailed) {
  const std::pair<const char*, RawServer::Script> faults[] = {
      {"closed early", [](Connection&) {}},
      {"reset", [](Connection& connection) { connection.reset(); }},
      {"truncated",
       [](Connection& connection) { connection.write(answer("hello").substr(0, 40)); }},
      {"bad framing", [](Connection& connection) { connection.write("SSH-2.0-OpenSSH_9.2\r\n"); }},
  };
  for (const auto& [reason, script] : faults) {
    SCOPED_TRACE(reason);
    const RawServer server(
        [&wrong = script](Connection& connection) {
          if (connection.number() != 0) return always(answer("hello"))(connection);
          connection.read_request();
          wrong(connection);
        },
        address_.context());
    EXPECT_THAT(reasons(server, 2, {{"ca", address_.file()}}), ElementsAre(reason, ""));
  }
}

TEST_P(TlsClient, FindsOutThatTheServerSpeaksNoTls) {
  const RawServer server([](Connection& connection) { connection.write("220 ready\r\n"); });
  const auto url = "https" + server.url().substr(4);
  EXPECT_THAT(reasons_of(GetParam(), {{"url", url}, {"connect", "per-op"}}),
              ElementsAre("not HTTPS"));
}

TEST(TlsOfHttplib, Verifies) {
  const SelfSigned own("IP:127.0.0.1");
  const RawServer server(always(answer("hello")), own.context());
  const auto reasons = [&](Options more) {
    more["url"] = server.url();
    more["client"] = "httplib";
    return reasons_of(Waiting::blocking, more, 2);
  };
  EXPECT_THAT(reasons({{"insecure", "true"}}), Each(""));
  EXPECT_THAT(reasons({{"ca", own.file()}}), Each(""));
  EXPECT_THAT(reasons({}), Each("bad certificate"));
}

}  // namespace
}  // namespace asyncmark::http::testing::https_test
