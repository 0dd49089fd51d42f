// SPDX-License-Identifier: Apache-2.0
#include "core/parallel.h"

#include <fmt/format.h>
#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/task_arena.h>
#include <sched.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <exception>
#include <fstream>
#include <limits>
#include <mutex>
#include <string>
#include <utility>

#include "core/error.h"

namespace ohm {
namespace {

namespace fs = std::filesystem;

/// Keeps the exception of the lowest index, so that an error does not depend on timing.
class FirstFailure {
 public:
  bool precedes(Index i) const { return index_.load(std::memory_order_relaxed) < i; }

  void record(Index i, std::exception_ptr exception) {
    const std::lock_guard lock(mutex_);
    if (precedes(i)) return;
    index_ = i;
    exception_ = std::move(exception);
  }

  void rethrow_if_any() const {
    if (exception_) std::rethrow_exception(exception_);
  }

 private:
  std::mutex mutex_;
  std::atomic<Index> index_ = std::numeric_limits<Index>::max();
  std::exception_ptr exception_;
};

void run_in_arena(int threads, Index count, const std::function<void(Index)>& body) {
  FirstFailure failure;
  const auto guarded = [&](Index i) {
    if (failure.precedes(i)) return;
    try {
      body(i);
    } catch (const std::exception&) {
      failure.record(i, std::current_exception());
    }
  };
  // An arena of its own keeps a waiting thread from picking up work of an enclosing loop.
  tbb::task_arena arena(threads);
  arena.execute([&] {
    tbb::parallel_for(
        tbb::blocked_range<Index>(0, count),
        [&](const tbb::blocked_range<Index>& run) {
          for (Index i = run.begin(); i != run.end(); ++i) guarded(i);
        },
        tbb::auto_partitioner{});  // a thread that is done takes over from one that lags behind
  });
  failure.rethrow_if_any();
}

int affinity_count() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) == 0) return std::max(CPU_COUNT(&set), 1);
  // Machines with more processors than the fixed-size mask holds.
  return std::max(tbb::this_task_arena::max_concurrency(), 1);
}

/// "max 100000" or "150000 100000": microseconds of quota and period (version 2).
std::optional<double> quota_v2(const fs::path& group) {
  std::ifstream file(group / "cpu.max");
  double quota = 0;
  double period = 0;
  if (!(file >> quota >> period) || quota <= 0 || period <= 0) return std::nullopt;
  return quota / period;
}

/// The same as two files, where a quota of -1 means none (version 1).
std::optional<double> quota_v1(const fs::path& group) {
  std::ifstream quota_file(group / "cpu.cfs_quota_us");
  std::ifstream period_file(group / "cpu.cfs_period_us");
  double quota = 0;
  double period = 0;
  if (!(quota_file >> quota) || !(period_file >> period)) return std::nullopt;
  if (quota <= 0 || period <= 0) return std::nullopt;
  return quota / period;
}

using Quota = std::optional<double>;

Quota smaller(Quota a, Quota b) {
  return a && b ? std::min(*a, *b) : a ? a : b;
}

bool names_cpu(const std::string& controllers) {
  return ("," + controllers + ",").find(",cpu,") != std::string::npos;
}

/// Smallest quota from the group up to the mount point; inside a container the path may not exist,
/// and then only the mount point answers.
Quota quota_along(const fs::path& mount, fs::path group, Quota (*quota_of)(const fs::path&)) {
  Quota least = quota_of(mount);
  for (group = group.relative_path(); !group.empty(); group = group.parent_path()) {
    least = smaller(least, quota_of(mount / group));
  }
  return least;
}

}  // namespace

std::optional<double> cpu_quota(const fs::path& membership, const fs::path& root) {
  std::ifstream file(membership);
  Quota least;
  for (std::string line; std::getline(file, line);) {
    const auto first = line.find(':');
    const auto second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const fs::path group = line.substr(second + 1);
    if (controllers.empty()) least = smaller(least, quota_along(root, group, quota_v2));
    if (!names_cpu(controllers)) continue;
    least = smaller(least, quota_along(root / controllers, group, quota_v1));
    if (!fs::exists(root / controllers)) {
      least = smaller(least, quota_along(root / "cpu", group, quota_v1));
    }
  }
  return least;
}

int available_threads() {
  const int processors = affinity_count();
  const Quota quota = cpu_quota("/proc/self/cgroup", "/sys/fs/cgroup");
  if (!quota || *quota >= processors) return processors;
  return std::max(1, static_cast<int>(std::ceil(*quota)));
}

int granted_threads(int threads) {
  if (threads < 0) {
    throw ArgumentError(
        fmt::format("parallel_for: threads is {}; expected 0 (all available) or more", threads));
  }
  if (threads == 1) return 1;
  // Asking oneTBB for more than it grants makes it print a warning.
  const auto most = tbb::global_control::active_value(tbb::global_control::max_allowed_parallelism);
  const auto wanted = static_cast<std::size_t>(threads == 0 ? available_threads() : threads);
  return static_cast<int>(std::min(wanted, most));
}

void parallel_for(int threads, Index count, const std::function<void(Index)>& body) {
  const int granted = granted_threads(threads);
  if (count < 0) {
    throw ArgumentError(fmt::format("parallel_for: count is {}; expected 0 or more", count));
  }
  if (granted > 1 && count > 1) return run_in_arena(granted, count, body);
  for (Index i = 0; i < count; ++i) body(i);
}

}  // namespace ohm
