#include "bench/base/output_file.hpp"

#include <gmock/gmock.h>
#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "bench/base/errors.hpp"
#include "bench/os/scratch.hpp"

namespace asyncmark::output_file_test {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

constexpr std::size_t kLimit = 8192;
const std::string kTooLong(2 * kLimit, 'x');

/// Files cannot become longer, as on a full disk.
class Limited {
 public:
  Limited() {
    std::signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{kLimit, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~Limited() { setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  rlimit before_{};
};

std::vector<std::string> names_in(const std::string& folder) {
  std::vector<std::string> names;
  for (const auto& one : fs::directory_iterator(folder)) names.push_back(one.path().filename());
  return names;
}

std::string text_of(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Whether it is written, and what is said of that.
bool write_limited(const std::string& folder, const std::map<std::string, std::string>& texts,
                   std::string& said) {
  ::testing::internal::CaptureStderr();
  bool written = false;
  {
    const Limited limited;
    written = write_folder(folder, texts, "--vega");
  }
  said = ::testing::internal::GetCapturedStderr();
  return written;
}

TEST(FolderOfOutput, IsWrittenWholeAndMade) {
  const Scratch scratch;
  const auto folder = scratch.path() + "/a/b";
  EXPECT_TRUE(write_folder(folder, {{"1", "one"}, {"2", "two"}}, "--vega"));
  EXPECT_THAT(names_in(folder), UnorderedElementsAre("1", "2"));
  EXPECT_TRUE(write_folder(folder, {{"2", "new"}, {"3", "three"}}, "--vega"));
  EXPECT_THAT(names_in(folder), UnorderedElementsAre("1", "2", "3"));
  EXPECT_EQ(text_of(folder + "/2"), "new");
}

TEST(FolderOfOutput, IsNotThereWhereAFileCannotBeWritten) {
  const Scratch scratch;
  const auto folder = scratch.path() + "/a/b";
  std::string said;
  EXPECT_FALSE(write_limited(folder, {{"1", "one"}, {"2", kTooLong}}, said));
  EXPECT_THAT(said, HasSubstr("warning: --vega: '" + folder + "/2' could not be written"));
  EXPECT_FALSE(fs::exists(scratch.path() + "/a"));
}

TEST(FolderOfOutput, IsAsBeforeWhereAFileCannotBeWritten) {
  const Scratch scratch;
  const auto folder = scratch.path() + "/a";
  EXPECT_TRUE(write_folder(folder, {{"1", "one"}, {"2", "two"}}, "--vega"));
  std::string said;
  EXPECT_FALSE(write_limited(folder, {{"1", "new"}, {"3", kTooLong}}, said));
  EXPECT_THAT(names_in(folder), UnorderedElementsAre("1", "2"));
  EXPECT_EQ(text_of(folder + "/1"), "one");
}

TEST(FolderOfOutput, IsNotThereWhereAnotherThingHasAName) {
  const Scratch scratch;
  const auto folder = scratch.path() + "/a";
  fs::create_directories(folder + "/2");
  EXPECT_THROW(write_folder(folder, {{"1", "one"}, {"2", "two"}}, "--vega"), UsageError);
  EXPECT_THAT(names_in(folder), UnorderedElementsAre("2"));
}

}  // namespace
}  // namespace asyncmark::output_file_test
