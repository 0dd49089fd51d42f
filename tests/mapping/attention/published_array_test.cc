// SPDX-License-Identifier: Apache-2.0
#include "mapping/attention/published_array.h"

#include <gtest/gtest.h>

namespace ohm {
namespace {

TEST(PublishedArray, EnergiesAreThoseOfCellsAndOfProducts) {
  AttentionSpec spec;
  spec.key_energy = Joules(1e-15);
  spec.value_energy = Joules(2e-15);
  spec.control_energy = Joules(1e-12);
  spec.write_energy = Joules(3e-12);
  const MvmBlock block{8, 4, 10};
  const auto keys = published_energy(spec, AttentionProduct::scores, block, 2);
  EXPECT_EQ(keys[0].cost.count, 640);
  EXPECT_DOUBLE_EQ(keys[0].cost.energy.si(), 640e-15);
  EXPECT_DOUBLE_EQ(keys[1].cost.energy.si(), 10e-12);
  const auto values = published_energy(spec, AttentionProduct::values, block, 1);
  EXPECT_DOUBLE_EQ(values[0].cost.energy.si(), 640e-15);
  EXPECT_DOUBLE_EQ(published_write(spec, 5, 2).front().cost.energy.si(), 30e-12);
}

}  // namespace
}  // namespace ohm
