#include "bench/os/python.hpp"

#include <gtest/gtest.h>

namespace asyncmark::python_test {
namespace {

TEST(Python, HasWhatItComesWithAndNothingElse) {
  if (!has_modules("python3", "sys")) GTEST_SKIP() << "python3 is not installed";
  EXPECT_TRUE(has_modules("python3", "json, sys"));
  EXPECT_FALSE(has_modules("python3", "json, no_such_module"));
  EXPECT_FALSE(has_modules("/nonexistent/python3", "sys"));
  EXPECT_EQ(python_with("sys"), "python3");
  EXPECT_FALSE(python_with("no_such_module"));
}

}  // namespace
}  // namespace asyncmark::python_test
