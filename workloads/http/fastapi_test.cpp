#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <csignal>

#include "bench/base/errors.hpp"
#include "bench/os/python.hpp"
#include "bench/plan/plan.hpp"
#include "bench/services/service.hpp"
#include "bench/testing/run_program.hpp"

namespace asyncmark::testing::fastapi_test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class FastApi : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!python_with("fastapi, uvicorn")) GTEST_SKIP() << "FastAPI is not installed";
  }
};

TEST_F(FastApi, IsCalledByTheWorkloadAndEndsWithIt) {
  for (const auto* server : {"fastapi-await", "fastapi-threads", "fastapi-blocking"}) {
    const auto ended = asyncmark({"run", "http", "--server", server, "--delay", "2ms", "--ops",
                                  "20", "--runner", "event-loop,sync", "--repetitions", "1"});
    EXPECT_EQ(ended.code, 0) << server << ended.err << ended.out;
    EXPECT_THAT(ended.left_running, IsEmpty());
  }
}

TEST_F(FastApi, TellsItsVersionsAndWhatItUses) {
  const Service service({"fastapi", "--endpoint", "await", "--delay", "1ms"}, {}, program());
  EXPECT_THAT(service.endpoint(), HasSubstr("http://127.0.0.1:"));
  EXPECT_THAT(service.how(), AllOf(HasSubstr("FastAPI "), HasSubstr("uvicorn ")));
  EXPECT_GT(service.usage().peak_rss_bytes, 10'000'000) << "of Python, not of who started it";
  EXPECT_FALSE(service.sees_requests());
}

TEST_F(FastApi, EndsWhereWhatStartedItIsKilled) {
  const Service service({"fastapi"}, {}, program());
  pid_t server = 0;
  for (const auto process : descendants_of(service.pid()))
    if (command_of(process).find("python3") != std::string::npos) server = process;
  ASSERT_NE(server, 0);
  kill(service.pid(), SIGKILL);
  EXPECT_TRUE(eventually([&] {
    waitpid(server, nullptr, WNOHANG);  // Orphans may be given to this process.
    return is_gone(server);
  }));
}

TEST(FastApiOptions, HasNoStallAndNoPoolToSet) {
  const auto words = [](const char* name, const char* text) {
    Request request("http");
    request.set("server", "fastapi-await").set("runner", "sync").set(name, text);
    return expand({request}).front().what.service();
  };
  EXPECT_THROW(words("server-stall", "200ms@500"), UsageError);
  EXPECT_THROW(words("server-workers", "4"), UsageError);
  EXPECT_EQ(words("delay", "46ms"),
            (std::vector<std::string>{"fastapi", "--endpoint", "await", "--delay", "46ms"}));
}

}  // namespace
}  // namespace asyncmark::testing::fastapi_test
