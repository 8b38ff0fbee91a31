#include "bench/os/scratch.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <vector>

#include "bench/base/errors.hpp"
#include "bench/testing/own_tmpdir.hpp"
#include "bench/testing/run_program.hpp"

namespace asyncmark::testing::scratch_test {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;

/// Each test has a TMPDIR of its own.
class ScratchTest : public ::testing::Test {
 protected:
  /// What a process leaves that makes a Scratch, does this in it, and is killed.
  fs::path left_by_killed(const std::function<void(const Scratch&)>& life = [](const Scratch&) {}) {
    const auto process = fork();
    if (process == 0) {
      const Scratch scratch;
      fs::create_symlink(scratch.path(), home_ / "left");
      life(scratch);
      raise(SIGKILL);
    }
    waitpid(process, nullptr, 0);
    const auto path = fs::read_symlink(home_ / "left");
    fs::remove(home_ / "left");
    return path;
  }

  const OwnTmpdir tmpdir_;
  const fs::path& home_ = tmpdir_.path();
};

TEST_F(ScratchTest, IsAFolderOfItsOwnersUntilItsEnd) {
  fs::path path;
  {
    const Scratch scratch;
    path = scratch.path();
    EXPECT_THAT(scratch.path(), MatchesRegex(home_.string() + "/asyncmark-[A-Za-z0-9]{6}"));
    EXPECT_EQ(fs::status(path).permissions(), fs::perms::owner_all);
    fs::create_directories(path / "a/b");
    std::ofstream(path / "a/b/c") << "text";
    EXPECT_NE(Scratch().path(), path.string());
  }
  EXPECT_FALSE(fs::exists(path));
  EXPECT_TRUE(fs::is_empty(home_));
}

TEST_F(ScratchTest, OfAKilledOwnerIsRemoved) {
  const auto path = left_by_killed([](const Scratch& scratch) {
    fs::create_directories(scratch.path() + "/a/b");
    std::ofstream(scratch.path() + "/a/b/c") << "text";
  });
  ASSERT_TRUE(fs::exists(path / "a/b/c"));
  Scratch::remove_stale();
  EXPECT_TRUE(fs::is_empty(home_));
}

TEST_F(ScratchTest, ThatIsInUseStays) {
  const Scratch scratch;
  std::ofstream(scratch.path() + "/kept") << "text";
  Scratch::remove_stale();
  EXPECT_TRUE(fs::exists(scratch.path() + "/kept"));
  const auto other = fork();
  if (other == 0) {
    Scratch::remove_stale();
    _exit(0);
  }
  waitpid(other, nullptr, 0);
  EXPECT_TRUE(fs::exists(scratch.path() + "/kept")) << "another process is no other owner";
}

TEST_F(ScratchTest, LeavesAloneWhatIsNotOfItsKind) {
  const auto lock_in = [&](const std::string& name) {
    fs::create_directory(home_ / name);
    std::ofstream(home_ / name / "asyncmark.lock") << "";
  };
  fs::create_directory(home_ / "asyncmark-abcdef");  // Nothing is in it.
  lock_in("asyncmark-abcde");                        // Names that we do not give.
  lock_in("asyncmark-abcdefg");
  lock_in("asyncmark-abc-ef");
  lock_in("elsewhere");
  fs::create_directory_symlink(home_ / "elsewhere", home_ / "asyncmark-linked");
  std::ofstream(home_ / "asyncmark-a_file") << "";
  fs::create_directories(home_ / "asyncmark-folder/asyncmark.lock");
  const auto count = [&] { return std::distance(fs::directory_iterator(home_), {}); };
  const auto before = count();
  Scratch::remove_stale();
  EXPECT_EQ(count(), before);
}

TEST_F(ScratchTest, OfAnotherUserStays) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can give files away";
  const auto path = left_by_killed();
  ASSERT_EQ(chown(path.c_str(), 65534, 65534), 0);
  Scratch::remove_stale();
  EXPECT_TRUE(fs::exists(path));
}

TEST_F(ScratchTest, IsRemovedOnceWhatWorksInItHasEnded) {
  pid_t worker = 0;
  const auto path = left_by_killed([&](const Scratch& scratch) {
    fs::create_directory(scratch.path() + "/data");
    const auto process = fork();
    if (process == 0) {
      setsid();
      std::signal(SIGQUIT, SIG_IGN);  // It takes a SIGKILL.
      if (chdir((scratch.path() + "/data").c_str()) != 0) _exit(1);
      std::ofstream("ready") << getpid();
      execlp("sleep", "sleep", "60", nullptr);  // The lock is not passed on to it.
      _exit(1);
    }
    while (!fs::exists(scratch.path() + "/data/ready")) std::this_thread::yield();
  });
  ASSERT_TRUE(
      eventually([&] { return std::ifstream(path / "data/ready") >> worker && worker > 0; }));
  ASSERT_FALSE(is_gone(worker));
  // Until it is `sleep` it has the lock too.
  EXPECT_TRUE(eventually([&] {
    Scratch::remove_stale();
    return !fs::exists(path);
  }));
  EXPECT_TRUE(eventually([&] { return is_gone(worker) || is_zombie(worker); }));
}

TEST_F(ScratchTest, IsSafeBesideOthersThatComeAndGo) {
  // Each finds its own folder in place until it has removed it itself, whatever the others remove.
  std::vector<pid_t> all;
  for (int i = 0; i < 4; ++i) {
    all.push_back(fork());
    if (all.back() != 0) continue;
    bool fine = true;
    for (int turn = 0; turn < 100; ++turn) {
      const Scratch scratch;
      std::ofstream(scratch.path() + "/mine") << turn;
      Scratch::remove_stale();
      fine = fine && fs::exists(scratch.path() + "/mine");
    }
    _exit(fine ? 0 : 1);
  }
  for (const auto one : all) {
    int status = -1;
    waitpid(one, &status, 0);
    EXPECT_EQ(status, 0);
  }
  EXPECT_TRUE(fs::is_empty(home_));
}

TEST_F(ScratchTest, WithoutAPlaceNamesTheVariable) {
  setenv("TMPDIR", "/nowhere/at/all", 1);
  try {
    const Scratch scratch;
    FAIL();
  } catch (const UsageError& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("'/nowhere/at/all'"), HasSubstr("No such file"),
                                    HasSubstr("TMPDIR")));
  }
  Scratch::remove_stale();  // Nothing is nowhere.
}

}  // namespace
}  // namespace asyncmark::testing::scratch_test
