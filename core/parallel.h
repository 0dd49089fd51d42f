// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <optional>

#include "core/index.h"

namespace ohm {

/// Processors this process may use: its affinity mask, cut to the CPU quota of its control groups
/// (rounded up); at least 1.
int available_threads();

/// CPU quota in processors of the control groups (version 1 or 2) that `membership` names, a file
/// in the format of /proc/self/cgroup; the smallest along the path to the root counts. `root` is
/// where the groups are mounted, /sys/fs/cgroup. Empty where there is no quota.
std::optional<double> cpu_quota(const std::filesystem::path& membership,
                                const std::filesystem::path& root);

/// Threads that parallel_for uses of `threads` (0: all available): never more than the machine has.
/// Throws ArgumentError for negative threads.
int granted_threads(int threads);

/// Calls body(0) ... body(count - 1), each once, on at most `threads` threads (1: the calling
/// thread alone) as granted_threads() says, in contiguous runs. Bodies may call
/// parallel_for. If bodies throw a std::exception, the one of the lowest index is rethrown, and
/// bodies of higher indices may not have run. Throws ArgumentError for negative threads or count.
void parallel_for(int threads, Index count, const std::function<void(Index)>& body);

}  // namespace ohm
