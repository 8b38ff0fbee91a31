#include "bench/base/registry.hpp"

#include <gmock/gmock.h>

namespace asyncmark::registry_test {
namespace {

using testing::ElementsAre;
using testing::Field;

struct Fruit {
  static constexpr std::string_view kKind = "fruit";
  std::string name;
};

struct Step {
  static constexpr std::string_view kKind = "step";
  std::string name;
  int order;
};

const bool fruits = Registry<Fruit>::add({"plum"}) && Registry<Fruit>::add({"apple"});
const bool steps =
    Registry<Step>::add({"a", 2}) && Registry<Step>::add({"c", 1}) && Registry<Step>::add({"b", 1});

TEST(Registry, SortsEntriesByName) {
  EXPECT_THAT(Registry<Fruit>::all(),
              ElementsAre(Field(&Fruit::name, "apple"), Field(&Fruit::name, "plum")));
}

TEST(Registry, SortsEntriesByTheirOrderFirst) {
  EXPECT_THAT(Registry<Step>::all(), ElementsAre(Field(&Step::name, "b"), Field(&Step::name, "c"),
                                                 Field(&Step::name, "a")));
}

TEST(Registry, FindsEntriesByName) {
  EXPECT_EQ(Registry<Fruit>::find("plum"), &Registry<Fruit>::at("plum"));
  EXPECT_EQ(Registry<Fruit>::find("pear"), nullptr);
}

TEST(Registry, NamesTheEntriesThatExistWhereANameDoesNot) {
  try {
    Registry<Fruit>::at("pear");
    FAIL();
  } catch (const UsageError& error) {
    EXPECT_STREQ(error.what(), "no such fruit 'pear'; there are apple, plum");
  }
}

}  // namespace
}  // namespace asyncmark::registry_test
