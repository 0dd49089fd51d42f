// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <vector>

namespace ohm {

/// Writes `parts` one after the other as the whole content of `path`: a reader, or a crash, sees
/// the old file or the new one, never a piece (temporary file in the same folder, fsync, rename).
///
/// Throws ConfigError if the folder is missing or cannot be written; then nothing is left behind.
void write_file_atomically(const std::filesystem::path& path,
                           const std::vector<std::span<const std::byte>>& parts);

}  // namespace ohm
