// SPDX-License-Identifier: Apache-2.0
#include "crossbar/device/cell_draws.h"

#include <gtest/gtest.h>

#include <vector>

#include "core/error.h"

namespace ohm {
namespace {

TEST(CellDraws, ACellKeepsItsNumbersWhateverTheLengthOfTheRun) {
  const CellDraws draws{3, 5, {1, 2, 4}};
  std::vector<float> few(7), many(100);
  draws.normals(Purpose::drift, few);
  draws.normals(Purpose::drift, many);
  for (size_t j = 0; j < few.size(); ++j) EXPECT_EQ(few[j], many[j]);
}

TEST(CellDraws, FirstDrawsAreThePlainSequenceOfThePurpose) {
  const CellDraws draws{3, 5, {1, 2, 4}};
  std::vector<float> ours(33), plain(33);
  draws.normals(Purpose::programming_error, ours);
  fill_normal({3, 5, 1}, {1, 2, 4}, 0, plain);
  EXPECT_EQ(ours, plain);
  draws.uniforms(Purpose::stuck_cell, ours);
  fill_uniform({3, 5, 2}, {1, 2, 4}, 0, plain);
  EXPECT_EQ(ours, plain);
}

TEST(CellDraws, PurposesAndRepetitionsDiffer) {
  const CellDraws draws{3, 5, {}};
  std::vector<float> a(16), b(16), c(16);
  draws.normals(Purpose::drift, a);
  draws.normals(Purpose::wear, b);
  draws.normals(Purpose::drift, c, 1);
  EXPECT_NE(a, b);
  EXPECT_NE(a, c);
}

TEST(CellDraws, GroupsSplitAnywhereIntoRows) {
  const CellDraws draws{3, 5, {}};
  std::vector<float> all(16 * 8), part(16 * 3);
  draws.normals_of_group(Purpose::write_verify, 2, 0, all);
  draws.normals_of_group(Purpose::write_verify, 2, 5, part);
  for (size_t i = 0; i < part.size(); ++i) EXPECT_EQ(part[i], all[16 * 5 + i]);
}

TEST(CellDraws, RefusesWhatWouldOverlapOtherCells) {
  const CellDraws draws;
  std::vector<float> one(1), row(16);
  EXPECT_THROW(draws.normals(Purpose::drift, one, 1024), ArgumentError);
  EXPECT_THROW(draws.uniforms(Purpose::drift, one, -1), ArgumentError);
  EXPECT_NO_THROW(draws.normals(Purpose::drift, one, 1023));
  EXPECT_NO_THROW(draws.normals_of_group(Purpose::write_verify, (1 << 20) - 1, 1023, row));
  EXPECT_THROW(draws.normals_of_group(Purpose::write_verify, 1 << 20, 0, row), ArgumentError);
  EXPECT_THROW(draws.normals_of_group(Purpose::write_verify, 0, 1024, row), ArgumentError);
  EXPECT_THROW(draws.normals_of_group(Purpose::write_verify, 0, 0, one), ArgumentError);
  EXPECT_NO_THROW(draws.normals(Purpose::drift, std::span<float>()));
}

}  // namespace
}  // namespace ohm
