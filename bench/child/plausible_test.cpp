#include "bench/child/plausible.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace asyncmark::plausible_test {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Optional;

Measurement took(Duration service, std::uint64_t completed = 100) {
  Measurement m;
  m.completed = completed;
  m.service_time.add(service, completed);
  return m;
}

Histogram own(Duration time, std::uint64_t requests = 100) {
  Histogram times;
  times.add(time, requests);
  return times;
}

TEST(Unserved, IsWhatTheServiceSawTooFewRequestsFor) {
  EXPECT_THAT(unserved(took(10us), 1, own(46ms, 1)),
              Optional(HasSubstr("100 operations succeeded, and the service counted 1")));
  EXPECT_THAT(unserved(took(50ms), 99, own(46ms)), Optional(HasSubstr("counted 99")));
  EXPECT_FALSE(unserved(took(50ms), 100, own(46ms)));
  EXPECT_FALSE(unserved(took(50ms), 132, own(46ms))) << "with a warm-up";
  EXPECT_FALSE(unserved(took(50ms, 0), 0, {}));
}

TEST(Unserved, IsWhatTookLessTimeThanTheServiceDid) {
  EXPECT_THAT(unserved(took(5ms), 100, own(46ms)), Optional(HasSubstr("46.")));
  EXPECT_FALSE(unserved(took(45ms), 100, own(46ms)));
  EXPECT_FALSE(unserved(took(20us), 100, own(60us))) << "too short for two clocks";
  auto some_gave_up = took(5ms);
  some_gave_up.add_failures("timeout", 100);
  EXPECT_FALSE(unserved(some_gave_up, 200, own(46ms)));
}

}  // namespace
}  // namespace asyncmark::plausible_test
