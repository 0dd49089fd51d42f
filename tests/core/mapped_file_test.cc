// SPDX-License-Identifier: Apache-2.0
#include "core/mapped_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <optional>

#include "core/error.h"
#include "tests/core/error_text.h"
#include "tests/core/temporary_folder.h"

namespace ohm {
namespace {

using testing::HasSubstr;

TEST(MappedFile, ShowsTheBytesOfTheFile) {
  const TemporaryFolder folder;
  const auto path = folder.write("a.bin", "resistive");
  const MappedFile file = MappedFile::open(path);
  EXPECT_EQ(file.text(), "resistive");
  EXPECT_EQ(file.bytes().size(), 9u);
  EXPECT_EQ(file.path(), path);
}

TEST(MappedFile, EmptyFileHasNoBytes) {
  const TemporaryFolder folder;
  EXPECT_TRUE(MappedFile::open(folder.write("empty", "")).bytes().empty());
}

TEST(MappedFile, BytesLiveAsLongAsAnyCopy) {
  const TemporaryFolder folder;
  std::optional<MappedFile> original = MappedFile::open(folder.write("a.bin", "kept"));
  const MappedFile copy = *original;
  const auto text = original->text();
  original.reset();
  std::filesystem::remove(copy.path());
  EXPECT_EQ(text, "kept");
}

TEST(MappedFile, RefusesWhatIsNotARegularFile) {
  const TemporaryFolder folder;
  const auto pipe = folder.path() / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_THAT(error_text<ConfigError>([&] { MappedFile::open(folder.path()); }),
              HasSubstr("is a folder; expected a regular file"));
  EXPECT_THAT(error_text<ConfigError>([&] { MappedFile::open(pipe); }), HasSubstr("pipe"));
  EXPECT_THAT(error_text<ConfigError>([] { MappedFile::open("/dev/null"); }), HasSubstr("device"));
}

TEST(MappedFile, RefusesAMissingFileByName) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "missing.bin";
  EXPECT_EQ(error_text<ConfigError>([&] { MappedFile::open(path); }),
            path.string() +
                ": cannot be read: No such file or directory; expected a readable "
                "file; check the path and its permissions");
  EXPECT_THROW(MappedFile::open(""), ConfigError);
}

TEST(MappedFile, NoticesAChangedSize) {
  const TemporaryFolder folder;
  const MappedFile file = MappedFile::open(folder.write("a.bin", "0123456789"));
  file.require_unchanged();
  std::filesystem::resize_file(file.path(), 3);
  EXPECT_THAT(error_text<ConfigError>([&] { file.require_unchanged(); }),
              HasSubstr("size changed from 10 to 3 bytes"));
}

TEST(MappedFile, IsUnmovedByAReplacement) {
  const TemporaryFolder folder;
  const MappedFile file = MappedFile::open(folder.write("a.bin", "old"));
  std::filesystem::rename(folder.write("b.bin", "replaced"), file.path());
  file.require_unchanged();
  EXPECT_EQ(file.text(), "old");
}

}  // namespace
}  // namespace ohm
