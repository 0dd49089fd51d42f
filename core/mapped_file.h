// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

namespace ohm {

/// A regular file mapped read-only into memory; copies share the mapping, the last one ends it.
///
/// The bytes are those of the file itself: if another process shortens it while it is mapped,
/// touching the lost pages kills the process (SIGBUS). Replacing the file by rename, as
/// write_file_atomically does, is safe. require_unchanged() narrows the window, it cannot close it.
class MappedFile {
 public:
  /// Throws ConfigError if `path` is missing, unreadable, or not a regular file.
  static MappedFile open(const std::filesystem::path& path);

  const std::filesystem::path& path() const;
  /// Valid as long as any copy of this object lives.
  std::span<const std::byte> bytes() const;
  std::string_view text() const;
  /// Throws ConfigError if the file no longer has the size it was mapped with.
  void require_unchanged() const;

 private:
  struct Mapping;
  explicit MappedFile(std::shared_ptr<const Mapping> mapping) : mapping_(std::move(mapping)) {}
  std::shared_ptr<const Mapping> mapping_;
};

}  // namespace ohm
