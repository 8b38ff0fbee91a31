// What rules say of a service that is the limit, and of why it is.

#include <gmock/gmock.h>

#include "bench/checks/checks.hpp"
#include "bench/testing/clean_result.hpp"

namespace asyncmark::checks_of_service_test {
namespace {

using std::chrono::milliseconds;
using testing::changed;
using testing::clean;
using testing::codes;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;
using ::testing::Not;
using testing::only_finding;

TEST(ChecksOfService, FindAServiceWithoutProcessorTimeLeft) {
  // In two seconds.
  const auto served = [](Duration cpu, std::uint64_t threads, const std::string& cpus) {
    return changed(clean({.runner = "thread-pool", .ops = 100'000}), [&](Measurement& m) {
      m.passes = {{std::chrono::seconds(2), milliseconds(500), m.completed}};
      m.observed.samples = 0;
      m.observed.service = {.cpu = cpu, .threads = threads, .requests = 100'000};
      m.placement.service = cpus;
    });
  };
  EXPECT_THAT(codes({served(milliseconds(1980), 1, "2-3")}), ElementsAre("service-saturated"))
      << "its one thread can use one";
  EXPECT_THAT(only_finding({served(milliseconds(1980), 1, "2-3")}).evidence,
              HasSubstr("99 % of its 1 CPU, 19.8 us per request"));
  EXPECT_THAT(codes({served(milliseconds(1980), 33, "2")}), ElementsAre("service-saturated"));
  EXPECT_THAT(codes({served(milliseconds(1980), 33, "2-3")}), IsEmpty()) << "half of both";
  EXPECT_THAT(codes({served(milliseconds(1800), 1, "2")}), IsEmpty()) << "90 %";
  EXPECT_THAT(codes({served(milliseconds(3960), 33, "2-3")}), ElementsAre("service-saturated"));
  EXPECT_THAT(codes({served(milliseconds(1980), 1, "")}), IsEmpty()) << "where it is, is not known";
}

TEST(ChecksOfService, FindAServiceWhoseOneThreadIsBusy) {
  // As Node.js: a loop, and ten threads that wait.
  const auto served = [](Duration busiest) {
    return changed(clean({.runner = "thread-pool", .ops = 100'000}), [&](Measurement& m) {
      m.passes = {{std::chrono::seconds(2), milliseconds(500), m.completed}};
      m.observed.samples = 0;
      m.observed.service = {.cpu = milliseconds(2000), .threads = 11, .requests = 100'000};
      m.observed.service->busiest_thread = busiest;
      m.placement.service = "2-3";
    });
  };
  EXPECT_THAT(codes({served(milliseconds(1980))}), ElementsAre("service-saturated"));
  EXPECT_THAT(only_finding({served(milliseconds(1980))}).evidence,
              HasSubstr("one of its 11 threads used 99 % of a CPU"));
  EXPECT_THAT(codes({served(milliseconds(1000))}), IsEmpty());
}

TEST(ChecksOfService, FindAServiceThatIsSlowWithoutBeingBusy) {
  const auto served = [](double ended, Duration cpu) {
    return changed(clean({.ops = 1000, .rate = 500}), [&](Measurement& m) {
      m.in_time = InTime{1000, 1000 * ended, 1000 * ended, std::chrono::seconds(2)};
      m.observed.service = {.cpu = cpu, .threads = 1, .requests = 1000};
    });
  };
  EXPECT_THAT(codes({served(0.3, milliseconds(100))}), ElementsAre("saturated", "service-idle"));
  EXPECT_THAT(codes({served(0.3, milliseconds(1900))}), ElementsAre("saturated"));
  EXPECT_THAT(codes({served(1, milliseconds(100))}), IsEmpty()) << "it kept up";
  const auto starved = changed(served(0.3, milliseconds(100)), [](Measurement& m) {
    m.observed.service->waited_for_cpu = milliseconds(1500);
  });
  EXPECT_THAT(codes({starved}), ElementsAre("saturated", "service-starved"));
  const auto capped =
      changed(served(0.3, milliseconds(100)), [](Measurement& m) { m.peak_in_flight = 1000; });
  EXPECT_THAT(codes({capped}), ElementsAre("saturated")) << "the client's cap may be the limit";
}

TEST(ChecksOfService, CountOfAServiceWithAProcessForEachConnectionThoseAtWork) {
  const auto served = [](Duration cpu, std::uint64_t connections, std::uint64_t samples) {
    return changed(clean({.runner = "thread-pool", .ops = 100'000}), [&](Measurement& m) {
      m.passes = {{std::chrono::seconds(2), milliseconds(500), m.completed}};
      m.observed.samples = 0;
      m.observed.service = {.cpu = cpu,
                            .threads = 33,
                            .peak_connections = connections,
                            .requests = 100'000,
                            .activity_samples = samples,
                            .mean_active = 1};
      m.placement.service = "2-3";
    });
  };
  EXPECT_THAT(codes({served(milliseconds(1980), 1, 100)}), ElementsAre("service-saturated"));
  EXPECT_THAT(codes({served(milliseconds(1980), 2, 100)}), IsEmpty()) << "half of both";
  EXPECT_THAT(codes({served(milliseconds(3960), 40, 100)}), ElementsAre("service-saturated"));
  EXPECT_THAT(codes({served(milliseconds(1980), 1, 0)}), IsEmpty())
      << "the number of its threads is unknown";
}

TEST(ChecksOfService, FindAQueueInFrontOfTheService) {
  const auto served = [](Duration outside, Duration inside, Duration cpu) {
    return changed(clean({.runner = "thread-pool", .ops = 1000}), [&](Measurement& m) {
      m.service_time.clear();
      m.service_time.add(outside, 1000);
      m.observed.samples = 0;
      m.observed.service = {.cpu = cpu, .threads = 1, .requests = 1000};
      m.observed.service->own_time.add(inside, 1000);
    });
  };
  const auto wait = clean({.runner = "thread-pool", .ops = 1000});
  const auto elapsed = wait.repetitions[0].measurement.elapsed();
  EXPECT_THAT(codes({served(milliseconds(46), milliseconds(2), {})}), ElementsAre("service-queue"));
  EXPECT_THAT(only_finding({served(milliseconds(46), milliseconds(2), {})}).evidence,
              HasSubstr("p50 46.0 ms at the client, 2.00 ms in the service"));
  EXPECT_THAT(codes({served(milliseconds(46), milliseconds(40), {})}), IsEmpty());
  EXPECT_THAT(codes({served(milliseconds(46), milliseconds(2), elapsed * 9 / 10)}), IsEmpty())
      << "it computed all the time";
}

TEST(ChecksOfService, TellHowManyRequestsItWorksOnAtOnce) {
  // 50 ms alone, one at a time: with ten in flight each of them takes 500 ms.
  const auto served = [](const std::string& runner, std::uint64_t in_flight, Duration service,
                         Duration cpu) {
    auto plan = testing::Plan{.runner = runner, .ops = 100, .wait = "50ms"};
    if (in_flight > 1) plan.in_flight = in_flight;
    return changed(clean(plan), [&](Measurement& m) {
      testing::take(m, service, in_flight);
      m.observed.service = {.cpu = cpu, .threads = 1, .requests = 100};
    });
  };
  const auto code = "service-concurrency";
  const auto alone = served("sync", 1, milliseconds(50), {});
  const auto queue = served("event-loop", 10, milliseconds(500), milliseconds(50));
  EXPECT_THAT(codes({alone, queue}), Contains(code));
  EXPECT_THAT(codes({queue}), Not(Contains(code))) << "the time of one alone is not known";
  const auto free = served("event-loop", 10, milliseconds(55), milliseconds(50));
  EXPECT_THAT(codes({alone, free}), Not(Contains(code)));
  const auto computes = served("event-loop", 10, milliseconds(500), milliseconds(4900));
  EXPECT_THAT(codes({alone, computes}), Not(Contains(code)));
  for (const auto& finding : check(testing::quiet(), {alone, queue})) {
    if (finding.code != code) continue;
    EXPECT_THAT(finding.evidence,
                MatchesRegex("about 1 of 10 in flight: 20.0/s, .* alone; it used 1 % of a CPU"));
  }
}

}  // namespace
}  // namespace asyncmark::checks_of_service_test
