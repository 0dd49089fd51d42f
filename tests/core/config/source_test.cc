// SPDX-License-Identifier: Apache-2.0
#include "core/config/source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "core/error.h"
#include "tests/core/temporary_folder.h"

namespace ohm {
namespace {

class SourceTest : public testing::Test {
 protected:
  SourceTest() {
    for (const char* file : {"device/b.yaml", "device/a.yaml", "device/notes.txt"})
      folder_.write(file, "x: 1\n");
  }
  TemporaryFolder folder_;
  const std::filesystem::path root_ = folder_.path();
};

TEST_F(SourceTest, ListsComponentsSortedWithoutTheirEnding) {
  EXPECT_THAT(component_names("device", {root_, "/nowhere"}), testing::ElementsAre("a", "b"));
}

TEST_F(SourceTest, FindsByNameAndByPathRelativeToTheFileThatNamesIt) {
  EXPECT_EQ(find_component("device", "a", {root_}, {}, "x"), root_ / "device" / "a.yaml");
  EXPECT_EQ(find_component("device", "a.yaml", {}, root_ / "device", "x"),
            root_ / "device" / "a.yaml");
}

TEST_F(SourceTest, PlacesPointIntoTheirFile) {
  const auto document = load_document(root_ / "device" / "a.yaml");
  const Place place{document->root["x"], document, ""};
  EXPECT_THAT(place.where(), testing::EndsWith("a.yaml:1:4"));
  EXPECT_EQ((Place{YAML::Node(), nullptr, "--set x=1"}).where(), "--set x=1");
}

TEST_F(SourceTest, RefusesFilesThatAreTooLargeOrFolders) {
  EXPECT_THROW(load_document(folder_.write("big.yaml", std::string(5 << 20, ' '))), ConfigError);
  EXPECT_THROW(load_document(root_ / "device"), ConfigError);
}

}  // namespace
}  // namespace ohm
