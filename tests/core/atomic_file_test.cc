// SPDX-License-Identifier: Apache-2.0
#include "core/atomic_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "core/index.h"
#include "tests/core/error_text.h"
#include "tests/core/temporary_folder.h"

namespace ohm {
namespace {

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text));
}

Index n_files(const std::filesystem::path& folder) {
  return std::distance(std::filesystem::directory_iterator(folder), {});
}

TEST(AtomicFile, JoinsItsParts) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "out.bin";
  write_file_atomically(path, {bytes_of("ab"), bytes_of(""), bytes_of("c")});
  EXPECT_EQ(read_all(path), "abc");
  write_file_atomically(path, {});
  EXPECT_EQ(read_all(path), "");
  EXPECT_EQ(n_files(folder.path()), 1);
}

TEST(AtomicFile, TakesANameWithoutAFolder) {
  const TemporaryFolder folder;
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(folder.path());
  write_file_atomically("plain", {bytes_of("x")});
  std::filesystem::current_path(before);
  EXPECT_EQ(read_all(folder.path() / "plain"), "x");
}

TEST(AtomicFile, LeavesNothingBehindWhenItFails) {
  const TemporaryFolder folder;
  const auto taken = folder.path() / "taken";
  std::filesystem::create_directory(taken);
  EXPECT_THAT(error_text<ConfigError>([&] { write_file_atomically(taken, {bytes_of("x")}); }),
              testing::HasSubstr("cannot be written"));
  EXPECT_THROW(write_file_atomically(folder.path() / "no" / "such", {}), ConfigError);
  EXPECT_EQ(n_files(folder.path()), 1);
}

TEST(AtomicFile, RefusesAFolderThatTakesNoFiles) {
  EXPECT_THROW(write_file_atomically("/proc/ohm_test", {bytes_of("x")}), ConfigError);
}

}  // namespace
}  // namespace ohm
