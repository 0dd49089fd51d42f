// SPDX-License-Identifier: Apache-2.0
#include "core/parallel.h"

#include <gtest/gtest.h>

#include <atomic>
#include <numeric>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "core/error.h"
#include "tests/core/temporary_folder.h"

namespace ohm {
namespace {

std::vector<double> squares(int threads, Index count) {
  std::vector<double> out(static_cast<std::size_t>(count));
  parallel_for(threads, count, [&](Index i) {
    out[static_cast<std::size_t>(i)] = static_cast<double>(i) * static_cast<double>(i);
  });
  return out;
}

/// The text of what parallel_for throws when the bodies of `failing` throw their index.
std::string failure_of(int threads, Index count, const std::vector<Index>& failing) {
  try {
    parallel_for(threads, count, [&](Index i) {
      for (const Index f : failing) {
        if (f == i) throw std::runtime_error(std::to_string(i));
      }
    });
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "none";
}

TEST(Parallel, GivesTheSameResultOnAnyNumberOfThreads) {
  for (const Index count : {1, 2, 3, 7, 1000}) {
    const auto one = squares(1, count);
    for (const int threads : {0, 2, 5}) EXPECT_EQ(squares(threads, count), one);
  }
}

TEST(Parallel, CallsEveryIndexOnce) {
  std::vector<std::atomic<int>> calls(1234);
  parallel_for(5, 1234, [&](Index i) { ++calls[static_cast<std::size_t>(i)]; });
  for (const auto& n : calls) EXPECT_EQ(n, 1);
}

TEST(Parallel, DoesNothingForNoIndices) {
  for (const int threads : {0, 1, 4}) {
    parallel_for(threads, 0, [](Index) { FAIL() << "body called"; });
  }
}

TEST(Parallel, RunsOnTheCallingThreadWhenAskedForOne) {
  const auto caller = std::this_thread::get_id();
  parallel_for(1, 50, [&](Index) { EXPECT_EQ(std::this_thread::get_id(), caller); });
}

TEST(Parallel, RethrowsTheFailureOfTheLowestIndex) {
  for (const int threads : {0, 1, 2, 5}) {
    for (int repeat = 0; repeat < 50; ++repeat) {
      EXPECT_EQ(failure_of(threads, 200, {199, 101, 57, 130}), "57");
    }
    EXPECT_EQ(failure_of(threads, 200, {}), "none");
  }
}

TEST(Parallel, LoopsNest) {
  std::vector<Index> sums(20);
  parallel_for(2, 20, [&](Index i) {
    std::vector<Index> inner(100);
    parallel_for(3, 100, [&](Index j) { inner[static_cast<std::size_t>(j)] = i * j; });
    sums[static_cast<std::size_t>(i)] = std::accumulate(inner.begin(), inner.end(), Index{0});
  });
  for (std::size_t i = 0; i < sums.size(); ++i) EXPECT_EQ(sums[i], static_cast<Index>(i) * 4950);
}

TEST(Parallel, FailuresLeaveNestedLoops) {
  EXPECT_THROW(
      parallel_for(2, 4,
                   [](Index) { parallel_for(2, 4, [](Index) { throw SolveError("diverged"); }); }),
      SolveError);
}

TEST(Parallel, RefusesNegativeArguments) {
  EXPECT_THROW(parallel_for(-1, 3, [](Index) {}), ArgumentError);
  EXPECT_THROW(parallel_for(1, -3, [](Index) {}), ArgumentError);
}

TEST(Parallel, FindsAtLeastOneProcessorAndNoMoreThanTheMachineHas) {
  EXPECT_GE(available_threads(), 1);
  EXPECT_LE(available_threads(), static_cast<int>(std::thread::hardware_concurrency()));
}

TEST(Parallel, GrantsWhatIsAskedUpToWhatIsThere) {
  const int all = granted_threads(0);
  EXPECT_GE(all, 1);
  EXPECT_LE(all, available_threads());
  EXPECT_EQ(granted_threads(1), 1);
  EXPECT_GE(granted_threads(1'000'000), all);
  EXPECT_LE(granted_threads(1'000'000), static_cast<int>(std::thread::hardware_concurrency()));
  EXPECT_THROW(granted_threads(-1), ArgumentError);
}

class CpuQuota : public testing::Test {
 protected:
  void write(const std::string& file, const std::string& text) const { folder_.write(file, text); }
  std::optional<double> quota() const {
    return cpu_quota(folder_.path() / "membership", folder_.path());
  }

  TemporaryFolder folder_;
};

TEST_F(CpuQuota, IsAbsentWithoutControlGroups) {
  EXPECT_FALSE(quota());
  write("membership", "0::/\n");
  EXPECT_FALSE(quota());
  write("membership", "nonsense\n\n:");
  EXPECT_FALSE(quota());
}

TEST_F(CpuQuota, IsAbsentWhereTheLimitIsMax) {
  write("membership", "0::/user\n");
  write("user/cpu.max", "max 100000\n");
  EXPECT_FALSE(quota());
}

TEST_F(CpuQuota, IsTheTightestOfTheGroupAndItsParents) {
  write("membership", "0::/pod/job\n");
  write("pod/cpu.max", "150000 100000\n");
  write("pod/job/cpu.max", "400000 100000\n");
  EXPECT_DOUBLE_EQ(quota().value(), 1.5);
}

TEST_F(CpuQuota, IsReadFromTheMountPointInsideAContainer) {
  write("membership", "0::/\n");
  write("cpu.max", "50000 100000\n");
  EXPECT_DOUBLE_EQ(quota().value(), 0.5);
}

TEST_F(CpuQuota, IsReadFromVersionOne) {
  write("membership", "5:memory:/job\n3:cpu,cpuacct:/job\n");
  write("cpu,cpuacct/job/cpu.cfs_quota_us", "300000\n");
  write("cpu,cpuacct/job/cpu.cfs_period_us", "100000\n");
  EXPECT_DOUBLE_EQ(quota().value(), 3.0);
  write("cpu,cpuacct/job/cpu.cfs_quota_us", "-1\n");
  EXPECT_FALSE(quota());
}

}  // namespace
}  // namespace ohm
